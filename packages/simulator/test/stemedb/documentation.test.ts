import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import { canonicalJson } from '@dr-drill/runbook-core'
import { expect, test } from 'vitest'
import { FIXTURE_ASSERTIONS, produceFixture } from './fixture/produce.ts'

const repository = fileURLToPath(new URL('../../../../', import.meta.url))
const text = readFileSync(`${repository}docs/formats.md`, 'utf8')
const fixture = (name: string): Buffer => readFileSync(`${repository}fixtures/stemedb/${name}`)

interface Field {
  readonly name: string
  readonly offset: number
  /** A number of bytes, or what it is computed from. */
  readonly size: string
  readonly type: string
}

/** The n-th table of fields below a heading of docs/formats.md. */
function tableOf(heading: string, ordinal = 0): Field[] {
  const section = text.split(/^## /m).find((part) => part.startsWith(`${heading}\n`))
  if (section === undefined) throw new Error(`no section ${heading}`)
  const tables = section.split('| offset | size | type | field | meaning |').slice(1)
  const rows = [...tables[ordinal]!.matchAll(/^\| (\d+) \| ([^|]+) \| (\w+) \| (\w+) \|/gm)]
  return rows.map(([, offset, size, type, name]) => ({
    offset: Number(offset),
    size: size!,
    type: type!,
    name: name!,
  }))
}

type Values = Record<string, string | number | Buffer | number[]>

/** Reads the fields of a table from `at` on, by the table alone; sizes may name fields read before. */
function readFields(table: Field[], bytes: Buffer, at: number): { values: Values; end: number } {
  const values: Values = {}
  let end = at
  for (const field of table) {
    const start = at + field.offset
    expect(start, `${field.name} follows the field before it`).toBe(end)
    const length = sizeOf(field.size, values)
    end = start + length
    values[field.name] = readValue(field, bytes.subarray(start, end))
  }
  return { values, end }
}

function sizeOf(size: string, values: Values): number {
  return size.split('×').reduce((product, factor) => {
    const name = factor.trim()
    return product * (/^\d+$/.test(name) ? Number(name) : (values[name] as number))
  }, 1)
}

function readValue({ type, size }: Field, bytes: Buffer): string | number | Buffer | number[] {
  if (type === 'text') return bytes.toString('latin1')
  if (type === 'u64') return Number(bytes.readBigUInt64LE())
  if (type === 'u32' && size.includes('×'))
    return Array.from({ length: bytes.length / 4 }, (_, n) => bytes.readUInt32LE(4 * n))
  if (type === 'u32') return bytes.readUInt32LE()
  return type === 'u16' ? bytes.readUInt16LE() : bytes
}

const HEADER = tableOf('Header')
const RECORD = tableOf('Record')
const FOOTER = tableOf('Footer')
const TRAILER = tableOf('Footer', 1)

/** Reads a whole file as documented, checking each crc on the way. */
function readDocumented(bytes: Buffer) {
  const header = readFields(HEADER, bytes, 0).values
  expect(header.header_crc).toBe(crc32(bytes.subarray(0, 124)))
  const trailer = readFields(TRAILER, bytes, bytes.length - 16).values
  const isClosed = trailer.end_magic === 'STEMEEND'
  const footer = isClosed ? readFooter(bytes, trailer) : null
  const records: Values[] = []
  const dataEnd = (footer?.data_end as number | undefined) ?? bytes.length
  for (let at = header.header_length as number; at < dataEnd; ) {
    const { values, end } = readFields(RECORD, bytes, at)
    expect(values.record_crc).toBe(crc32(bytes.subarray(at + 4, end)))
    records.push(values)
    at = end
  }
  return { header, footer, records }
}

function readFooter(bytes: Buffer, trailer: Values): Values {
  const start = bytes.length - (trailer.footer_length as number)
  const { values, end } = readFields(FOOTER, bytes, start)
  expect(end).toBe(bytes.length - 16)
  expect(values.footer_start).toBe(start)
  expect(trailer.footer_crc).toBe(crc32(bytes.subarray(start, end + 4)))
  const blocks = Array.from({ length: values.block_count as number }, (_, n) =>
    crc32(bytes.subarray(n * 65_536, Math.min((n + 1) * 65_536, start))),
  )
  expect(values.block_crcs).toEqual(blocks)
  return values
}

const bodies = (records: Values[]) => records.map(({ body }) => String(body))
const positions = (records: Values[]) => records.map(({ position }) => position)
const wanted = FIXTURE_ASSERTIONS.map((assertion) => canonicalJson(assertion))

test('a closed segment reads as documented, an unfinished write behind its records', () => {
  const bytes = fixture('wal/segment-00001.wal')
  const { header, footer, records } = readDocumented(bytes)
  expect(header).toMatchObject({
    magic: 'STEMEWAL',
    format_version: 1,
    header_length: 128,
    history: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
    number: 1,
    first_position: 1,
    parent_history: Buffer.alloc(16),
    fork_position: 0,
    applied_position: 0,
  })
  expect(bodies(records)).toEqual(wanted.slice(0, 3))
  expect(positions(records)).toEqual([1, 2, 3])
  expect(records.map((record) => record.durable_position)).toEqual([0, 1, 2])
  expect(footer).toMatchObject({
    footer_magic: 'STEMEFTR',
    record_count: 3,
    last_position: 3,
    first_record_at: records[0]!.at,
    last_record_at: records[2]!.at,
    block_size: 65_536,
  })
  expect((footer!.footer_start as number) - (footer!.data_end as number)).toBe(100)
})

test('an open segment of a new history reads as documented', () => {
  const { header, footer, records } = readDocumented(fixture('wal/segment-00002.wal'))
  expect(header).toMatchObject({
    history: Buffer.from('ffeeddccbbaa99887766554433221100', 'hex'),
    number: 2,
    first_position: 4,
    parent_history: Buffer.from('00112233445566778899aabbccddeeff', 'hex'),
    fork_position: 3,
  })
  expect(footer).toBeNull()
  expect(bodies(records)).toEqual(wanted.slice(3))
})

test('a checkpoint reads as documented, its records the very bytes of the log', () => {
  const bytes = fixture('db/checkpoint-000000000004.kv')
  const { header, footer, records } = readDocumented(bytes)
  expect(header).toMatchObject({
    magic: 'STEMEDKV',
    number: 2,
    first_position: 1,
    fork_position: 3,
    applied_position: 4,
  })
  expect(footer).toMatchObject({ record_count: 4, last_position: 4, block_count: 2 })
  expect(bodies(records)).toEqual(wanted.slice(0, 4))
  const segment = fixture('wal/segment-00001.wal')
  const dataEnd = readDocumented(segment).footer!.data_end as number
  expect(bytes.subarray(128, dataEnd)).toEqual(segment.subarray(128, dataEnd))
})

test('the engine writes these very bytes', () => {
  const produced = produceFixture()
  const committed = ['wal', 'db'].flatMap((directory) =>
    readdirSync(`${repository}fixtures/stemedb/${directory}`).map((name) => `${directory}/${name}`),
  )
  expect([...produced.keys()].sort()).toEqual(committed.sort())
  for (const [name, bytes] of produced) expect(fixture(name).equals(bytes), name).toBe(true)
})
