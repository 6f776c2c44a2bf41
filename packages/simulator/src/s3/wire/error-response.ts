import type { S3Error } from '../errors/index.ts'
import type { S3Request } from './request.ts'
import { emptyResponse, type S3Response } from './response.ts'
import { xmlDocument } from './xml.ts'

/** The answer that a refusal is: an XML document, or headers alone for HEAD and 304. */
export function errorResponse(
  error: S3Error,
  request: Pick<S3Request, 'method' | 'rawPath'>,
  requestId: string,
): S3Response {
  if (request.method === 'HEAD' || error.status === 304) return emptyResponse(error.status, error.headers)
  const bytes = xmlDocument(
    [
      'Error',
      [
        ['Code', error.code],
        ['Message', error.message],
        ...Object.entries(error.details),
        ['Resource', request.rawPath],
        ['RequestId', requestId],
        ['HostId', 'embedded'],
      ],
    ],
    false,
  )
  return {
    status: error.status,
    headers: { 'content-type': 'application/xml', ...error.headers },
    body: { kind: 'bytes', bytes },
  }
}
