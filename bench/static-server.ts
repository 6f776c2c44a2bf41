// A store that costs as little as possible: answers `/bucket/SIZE/NAME` with SIZE bytes, whoever asks. Prints its port.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const bodies = new Map<number, Buffer>()
const bodyOf = (sizeBytes: number): Buffer => {
  const known = bodies.get(sizeBytes) ?? Buffer.alloc(sizeBytes, 'a body of plausible length ')
  bodies.set(sizeBytes, known)
  return known
}
const server = createServer((request, response) => {
  const sizeBytes = Number(request.url?.split('/')[2])
  response.writeHead(200, { 'content-length': sizeBytes, etag: '"1"' }).end(bodyOf(sizeBytes))
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
process.stdin.on('end', () => process.exit(0)).resume()
