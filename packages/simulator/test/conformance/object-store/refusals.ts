import { FileSystem, ObjectStore, utf8Encode } from '@dr-drill/runbook-core'
import { s3Fault } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { type Caller, sha256Of } from './caller.ts'
import { behindOf, type Given } from './subject.ts'

/** One call of every method. */
const calls = (key: string, store: string, path: string) => ({
  list: ObjectStore.list({ store, prefix: key }),
  versions: ObjectStore.versions({ store, prefix: key }),
  head: ObjectStore.head({ store, key }),
  get: ObjectStore.get({ store, key, sizeBytesMax: 10 }),
  download: ObjectStore.download({ store, key, path, mode: 0o600 }),
  put: ObjectStore.put({ store, key: `${key}-new`, bytes: utf8Encode('x'), ifAbsent: false }),
  upload: ObjectStore.upload({
    store,
    key: `${key}-new`,
    path: TO_SEND,
    ifAbsent: false,
    sha256: sha256Of(utf8Encode('')),
  }),
})

const TO_SEND = '/files/to-send'

/** The code that each method ends with; null: it succeeds. */
async function codesOf(caller: Caller, key: string, store: string): Promise<Record<string, string | null>> {
  if ((await caller.run(FileSystem.stat({ path: TO_SEND }))) === null) {
    await caller.run(FileSystem.create({ path: TO_SEND, mode: 0o600 }))
  }
  const codes: Record<string, string | null> = {}
  for (const [name, task] of Object.entries(calls(key, store, caller.file()))) {
    codes[name] = await caller.codeOf(task)
  }
  return codes
}

/** Who may do what. */
export function rights({ caller }: Given): void {
  test('who may only read writes nothing; who is not known gets nothing', async () => {
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, 'x'))
    const served = { list: null, versions: null, head: null, get: null, download: null }
    const refused = { put: 'store-denied', upload: 'store-denied' }
    expect(await codesOf(caller(), key, 'source')).toEqual({ ...served, ...refused })
    const unknown = await codesOf(caller(), key, 'stranger')
    expect(new Set(Object.values(unknown))).toEqual(new Set(['store-denied']))
    expect((await caller().list({ prefix: key })).keys).toEqual([key])
  })
}

/** How refusals and failures of a service are told, and what counts. */
export function answeredErrors({ caller, subject }: Given): void {
  test('every request counts for the credential that made it', async () => {
    const behind = behindOf(subject())
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, 'x'))
    const before = behind.readerCounts()
    await codesOf(caller(), key, 'source')
    await codesOf(caller(), key, 'stranger')
    await codesOf(caller(), key, 'archive')
    const after = behind.readerCounts()
    const asked = { get: 2, head: 1, list: 2, other: 2, refusedWrites: 2 }
    expect(after).toEqual(
      Object.fromEntries(
        Object.entries(asked).map(([verb, count]) => [verb, before[verb as keyof typeof asked] + count]),
      ),
    )
  })

  test('a rule that answers with an error is told as what it means, whatever was asked', async () => {
    const behind = behindOf(subject())
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, 'x'))
    const meanings = [
      ['SlowDown', 'store-throttled'],
      ['ServiceUnavailable', 'store-unavailable'],
      ['InternalError', 'store-unavailable'],
      ['AccessDenied', 'store-denied'],
      ['ExpiredToken', 'store-denied'],
    ] as const
    for (const [answer, code] of meanings) {
      const takeOff = behind.addRule(() => s3Fault.respond(answer))
      const { head, ...codes } = await codesOf(caller(), key, 'archive')
      takeOff()
      expect([answer, ...new Set(Object.values(codes))]).toEqual([answer, code])
      // Over HTTP the answer to a HEAD has no body to say more than its status.
      expect([answer, headMeanings(answer, code).includes(head ?? null)]).toEqual([answer, true])
    }
    const takeOff = behind.addRule(() => s3Fault.reset)
    const codes = await codesOf(caller(), key, 'archive')
    takeOff()
    expect(new Set(Object.values(codes))).toEqual(new Set(['store-unavailable']))
    expect(await caller().codeOf(caller().get(key))).toBe(null)
  })
}

function headMeanings(answer: string, code: string): readonly (string | null)[] {
  if (answer === 'SlowDown') return [code, 'store-unavailable']
  return answer === 'ExpiredToken' ? [code, 'response-invalid'] : [code]
}
