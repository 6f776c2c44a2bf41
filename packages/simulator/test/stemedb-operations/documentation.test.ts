import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { busyDay } from './production.ts'

const text = readFileSync(
  fileURLToPath(new URL('../../../../docs/formats-backup.md', import.meta.url)),
  'utf8',
)
const { store } = busyDay()

/** Field names in the first column of the tables below a heading, in order; `files[].path` and the like without their parent. */
function documented(heading: string): string[] {
  const section = text.split(/^## /m).find((part) => part.startsWith(heading))
  if (section === undefined) throw new Error(`no section ${heading}`)
  const cells = section.split('\n').flatMap((line) => /^\| (`[^|]+)\|/.exec(line)?.[1] ?? [])
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!))
}

/** Field names of a document, in the order in which they are written; nested ones after their parent. */
function written(value: Record<string, unknown>): string[] {
  return Object.entries(value).flatMap(([name, field]) => {
    if (Array.isArray(field)) return [name, ...Object.keys(field[0]).map((inner) => `${name}[].${inner}`)]
    if (typeof field !== 'object' || field === null) return [name]
    return Object.keys(field).map((inner) => `${name}.${inner}`)
  })
}

/** The lines of the first object whose key ends so. */
function lines(ending: string): string[] {
  const key = store.keys.find((name) => name.endsWith(ending))!
  return Buffer.from(store.objects.get(key)!).toString().split('\n')
}

describe('docs/formats-backup.md', () => {
  it.each([
    ['Signed documents', lines('manifest.jsonl')[0]!],
    ['`manifest.jsonl`', lines('manifest.jsonl')[1]!],
    ['`backup-metadata.json`', lines('backup-metadata.json')[0]!],
    ['Sidecars', lines('.wal.json')[1]!],
  ])('%s lists the fields of a real one, in their order', (heading, line) => {
    expect(documented(heading)).toEqual(written(JSON.parse(line)))
  })

  it('documents end with one line feed, as said', () => {
    expect(lines('manifest.jsonl')).toHaveLength(3)
    expect(lines('.wal.json')).toHaveLength(3)
    expect(lines('backup-metadata.json')).toHaveLength(2)
  })
})
