import {
  environment,
  JournalReader,
  judgeFiles,
  type PortHandlers,
  readbackHeaderLine,
  readbackLine,
  sealJournal,
} from '@dr-drill/runbook-core'
import { SimulatedDisk } from '@dr-drill/simulator'
import { nativeChecksums } from '@dr-drill/simulator/server'
import { driveBounded } from '../bounded.ts'
import { bytesOf, type FuzzTarget, textOf } from '../fuzz-target.ts'
import { LEDGER } from './samples.ts'

const EVENTS = [
  { at: 0, event: { type: 'clock-marked', name: 'declared', at: 0, domain: 'drill' } },
  {
    at: 1,
    event: {
      type: 'evidence-collected',
      subject: 'volume',
      evidence: { bytes: 1, records: 2, fullSize: false },
    },
  },
  { at: 2, event: { type: 'obligation-discharged', id: 'x' } },
] as const

const journalText = `${[...sealJournal(EVENTS, nativeChecksums)].join('\n')}\n`

/** Chains lines anew, as a forger would who knows no secret: there is none. By its last byte but one half the inputs stay as they are. */
function rechained(input: Uint8Array): Uint8Array {
  if (((input.at(-2) ?? 0) & 1) === 0) return input
  const events = textOf(input)
    .split('\n')
    .flatMap((line) => {
      try {
        const { at, event } = JSON.parse(line) as { at?: unknown; event?: unknown }
        return event === undefined
          ? []
          : [{ at: Number(at) || 0, event: event as (typeof EVENTS)[number]['event'] }]
      } catch {
        return []
      }
    })
  try {
    return bytesOf(`${[...sealJournal(events, nativeChecksums)].join('\n')}\n`)
  } catch {
    // An event that canonical JSON cannot say has no line.
    return input
  }
}

/** A journal, in pieces. */
export const journal: FuzzTarget = {
  name: 'journal',
  corpus: [bytesOf(journalText)],
  dictionary: [
    '"type":"step-started"',
    '"seq":2',
    '"digest":"',
    '"previous":"',
    '"event":{',
    '\n',
    '\u0000\u0000\u0000\u0000',
  ],
  read(input) {
    const bytes = rechained(input)
    const reader = new JournalReader(nativeChecksums)
    let entries = 0
    for (let at = 0; at < bytes.length; at += 97) entries += reader.push(bytes.subarray(at, at + 97)).length
    const { dropped } = reader.end()
    return `${Math.min(9, entries)} entries, dropped ${dropped}`
  },
}

const header = `${readbackHeaderLine({ order: 'none' }).trimEnd()}\n`
const readbackText = `${header}${Array.from({ length: 4 }, (_, index) => readbackLine({ key: `k${index}`, digest: 'ab'.repeat(32) })).join('')}`
const SPLIT = '\n#split#\n'

/** A ledger and a readback, judged. */
export const oracle: FuzzTarget = {
  name: 'ledger-and-readback',
  corpus: [`${LEDGER}${SPLIT}${readbackText}`, `${LEDGER.slice(0, 900)}${SPLIT}${header}`].map(bytesOf),
  dictionary: [
    SPLIT,
    '"op":"acknowledged"',
    '"op":"failed"',
    '"order":"key"',
    '"coverage":"sample"',
    '"key":"',
    '"position":"',
    '{"kind":"end"',
  ],
  read(input) {
    const [ledger = '', readback = ''] = textOf(input).split(SPLIT)
    const disk = new SimulatedDisk()
    disk.place('/ledger', bytesOf(ledger))
    disk.place('/readback', bytesOf(readback))
    disk.place('/scratch/.keep', new Uint8Array(0))
    const files = environment({ FileSystem: disk.handlers() as unknown as PortHandlers })
    const { judgement, exitCode } = driveBounded(
      judgeFiles({
        ledger: '/ledger',
        readback: '/readback',
        workPath: '/scratch',
        memoryBytes: 65_536,
        failureAt: null,
      }),
      files,
    )
    const roots = disk
      .handlers()
      .list({ path: '/' })
      .map(({ name }) => name)
    if (roots.join() !== 'ledger,readback,scratch')
      throw new Error(`it wrote outside its directory: ${roots.join()}`)
    return `${exitCode} ${judgement.verdict.kind}`
  },
}
