import type { Task } from '@dr-drill/runbook-core'
import { describe, expect, it } from 'vitest'
import type { MemoryStore } from './memory-store.ts'
import { type Death, keysUpTo, Production } from './production.ts'
import { restore } from './restore.ts'

const STYLES = ['nothing', 'everything', 'mixture'] as const

/** A host with something archived, one complete backup, and writes since. */
function prepared(): Production {
  const production = new Production()
  production.start()
  production.write(1, 5)
  production.must(production.archive())
  production.must(production.backup())
  production.write(6, 20)
  production.engine = null
  return production
}

/** The same host, engine started, on copies of its disk and bucket. */
function another(origin: Production, seed: number): Production {
  const elapsedMs = 3_600_000
  const host = new Production({ disk: origin.disk.fork(), store: origin.store.copy(), seed, elapsedMs })
  host.start()
  return host
}

/** What was complete in the bucket must stay as it was: nothing is ever replaced or removed. */
function expectKept(before: MemoryStore, after: MemoryStore): void {
  for (const [key, bytes] of before.objects) {
    if (after.objects.get(key) !== bytes) expect(after.objects.get(key), key).toEqual(bytes)
  }
}

describe.each(['archive', 'backup'] as const)('power loss at every effect of %s', (operation) => {
  const operate = (host: Production): Task<unknown> =>
    operation === 'archive' ? host.archive() : host.backup()
  const origin = prepared()
  const rehearsal = another(origin, 1)
  rehearsal.must(operate(rehearsal))
  const deaths = [...rehearsal.deaths()]

  it('leaves what was there usable, and the next run completes', () => {
    let died = 0
    for (const death of deaths) {
      for (const style of STYLES) {
        const where = `${operation}, death ${death.when} call ${death.call}, ${style}`
        const host = another(origin, died)
        expect(host.run(operate(host), death), where).toBeNull()
        died += 1
        host.losePower(style)
        expectKept(origin.store, host.store)
        // What a restore would find now: the backup of before, and every record archived then.
        const now = restore(host.store)
        expect(now, where).toEqual(keysUpTo(now.length))
        expect(now.length, where).toBeGreaterThanOrEqual(5)
        host.start()
        host.write(21, 24)
        const torn = host.store.copy()
        host.must(host.archive())
        host.must(host.backup())
        expectKept(torn, host.store)
        const report = host.verify()
        expect(
          report.problems.filter((problem) => problem.severity === 'error'),
          where,
        ).toEqual([])
        expect(report.histories.at(-1)?.lastPosition, where).toBe('24')
        expect(restore(host.store), where).toEqual(keysUpTo(24))
      }
    }
    expect(died).toBe(STYLES.length * deaths.length)
  })

  it('converges on the objects of a run that was never cut short', () => {
    if (operation === 'backup') {
      // A backup that was cut short stays incomplete for ever: only its successor counts.
      const host = another(origin, 1)
      host.run(host.backup(), deaths.at(-3)!)
      host.start()
      const { name } = host.must(host.backup())
      const incomplete = host.verify().problems
      expect(incomplete).toMatchObject([{ severity: 'notice', problem: 'incomplete' }])
      expect(incomplete[0]!.subject).not.toBe(name)
      return
    }
    const { image } = rehearsal.store
    for (const death of deaths) {
      const host = another(origin, 1)
      expect(host.run(host.archive(), death)).toBeNull()
      host.start()
      host.must(host.archive())
      expect(host.store.image, `death ${death.when} call ${death.call}`).toBe(image)
    }
  })
})

describe('a segment whose closing was never synced', () => {
  /** The engine dies at an effect of its rotation; what it wrote is archived; then the power fails. */
  function play(death: Death, syncIsHonest: boolean): Production {
    const host = new Production()
    host.start()
    host.write(1, 3)
    host.run(host.engine!.rotate(), death)
    host.engine = null
    const lie = {
      kind: 'lying-sync',
      meets: ({ method }: { method: string }) => (method === 'sync' ? 'pretend' : 'perform'),
      fork: () => lie,
    } as const
    if (!syncIsHonest) host.disk.addFault(lie)
    host.must(host.archive({ endpoint: null }))
    host.disk.removeFault(lie)
    host.losePower('nothing')
    host.start()
    host.write(4, 6)
    return host
  }

  it('is made durable before it is archived, so that the log cannot end differently afterwards', () => {
    let conflicts = 0
    const rehearsal = new Production()
    rehearsal.start()
    rehearsal.write(1, 3)
    rehearsal.must(rehearsal.engine!.rotate())
    for (const death of rehearsal.deaths()) {
      const host = play(death, true)
      host.must(host.archive())
      host.must(host.backup())
      expect(host.verify().problems).toEqual([])
      expect(restore(host.store)).toEqual(keysUpTo(6))
      const careless = play(death, false)
      const result = careless.run(careless.archive())
      if (result?.kind === 'failure') conflicts += 1
    }
    // The canary: without that fsync the archive and the log part ways.
    expect(conflicts).toBeGreaterThan(0)
  })
})
