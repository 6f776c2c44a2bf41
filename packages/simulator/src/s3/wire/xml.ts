import { utf8Encode } from '@dr-drill/runbook-core'
import type { S3Response } from './response.ts'

/** An element: its name and its text or children; children that are null are left out. */
export type XmlElement = readonly [
  name: string,
  content: string | number | boolean | readonly (XmlElement | null)[],
]

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'

/** Text as XML: what markup or a line-end rule would change stands as a reference, so that any key comes back as it was. */
export function xmlEscape(text: string): string {
  return text.replace(/[&<>"\x00-\x1f\x7f\x85\u2028\ufffe\uffff]/g, (letter) => {
    if (letter === '&') return '&amp;'
    if (letter === '<') return '&lt;'
    if (letter === '>') return '&gt;'
    if (letter === '"') return '&quot;'
    return `&#x${letter.charCodeAt(0).toString(16)};`
  })
}

function render([name, content]: XmlElement, attributes = ''): string {
  const inner =
    typeof content === 'object'
      ? content.map((child) => (child === null ? '' : render(child))).join('')
      : xmlEscape(String(content))
  return `<${name}${attributes}>${inner}</${name}>`
}

/** A document in S3's namespace (errors have none). */
export function xmlDocument(root: XmlElement, namespaced = true): Uint8Array {
  const attributes = namespaced ? ` xmlns="${NAMESPACE}"` : ''
  return utf8Encode(`<?xml version="1.0" encoding="UTF-8"?>\n${render(root, attributes)}`)
}

/** An answer of one XML document. */
export function xmlResponse(
  root: XmlElement,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): S3Response {
  const bytes = xmlDocument(root)
  return {
    status,
    headers: { 'content-type': 'application/xml', ...headers },
    body: { kind: 'bytes', bytes },
  }
}

/** An instant as S3 writes it in XML. */
export const xmlInstant = (ms: number): string => new Date(ms).toISOString()
