import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeFileSystem } from '@dr-drill/simulator/server'
import { objectStores } from '../packages/drill/src/ports/object-store/index.ts'
import { compare, type Measured } from './measure.ts'

const PARALLEL = 16
const BUCKET = 'bench'

/** Downloads `count` objects of `sizeBytes`: `curl --parallel`, which checks nothing, against our port with SHA-256 of every byte. */
export async function benchRestore(
  directory: string,
  count: number,
  sizeBytes: number,
  rounds: number,
): Promise<readonly Measured[]> {
  const server = spawn(process.execPath, [fileURLToPath(new URL('./static-server.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [port] = (await once(server.stdout, 'data')) as [Buffer]
  const endpoint = `http://127.0.0.1:${port.toString().trim()}`
  const keys = Array.from({ length: count }, (_, index) => `${sizeBytes}/object-${index}`)
  try {
    return await compare(count * sizeBytes, rounds, [
      { name: 'curl --parallel', run: () => curl(fresh(directory, 'curl'), endpoint, keys) },
      { name: 'drill download', run: () => download(fresh(directory, 'drill'), endpoint, keys) },
    ])
  } finally {
    server.stdin.end()
    await once(server, 'exit')
  }
}

function fresh(directory: string, name: string): string {
  const folder = join(directory, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return folder
}

async function curl(folder: string, endpoint: string, keys: readonly string[]): Promise<void> {
  const config = join(folder, 'urls')
  const lines = keys.map(
    (key, index) => `url = "${endpoint}/${BUCKET}/${key}"\noutput = "${join(folder, `${index}`)}"`,
  )
  writeFileSync(config, lines.join('\n'))
  const child = spawn(
    'curl',
    ['--silent', '--no-progress-meter', '--parallel', '--parallel-max', `${PARALLEL}`, '--config', config],
    {
      stdio: ['ignore', 'ignore', 'ignore'],
    },
  )
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`curl ended with ${code}`)
}

async function download(folder: string, endpoint: string, keys: readonly string[]): Promise<void> {
  const files = nodeFileSystem({ root: folder })
  const stores = objectStores({
    locations: {
      source: {
        endpoint,
        region: 'us-east-1',
        bucket: BUCKET,
        prefix: '',
        keys: { accessKeyId: 'bench', secretAccessKey: 'bench' },
      },
    },
    files,
    variables: {},
  })
  const left = keys.entries()
  const worker = async (): Promise<void> => {
    for (const [index, key] of left) {
      const sizeBytes = Number(key.split('/')[0])
      const input = { store: 'source', key, path: `/${index}`, mode: 0o600, sizeBytes }
      const found = await stores.handlers.download(input, { onCancel() {} })
      if ((found as { sizeBytes: number }).sizeBytes !== sizeBytes) throw new Error(`${key} came short`)
    }
  }
  try {
    await Promise.all(Array.from({ length: PARALLEL }, worker))
  } finally {
    stores.close()
    files.close()
  }
}
