import { type Call, OperatingError } from '@dr-drill/runbook-core'
import { describe, expect, it } from 'vitest'
import { busyDay, keysUpTo, type Production } from '../stemedb-operations/production.ts'
import { recoveryHost, restore } from './restoring.ts'

const origin = busyDay()
/** Everything archived; 51 to 55 never were. */
const ARCHIVED = 50
const archive = origin.store.keys.filter((key) => /^wal-archive\/.*\.wal$/.test(key))
const backups = [...new Set(origin.store.keys.filter((key) => key.startsWith('stemedb-backup-')))].map(
  (key) => key.split('/')[0] ?? '',
)
const newest = backups.sort().at(-1) ?? ''

type Answer = (call: Call<unknown>, next: (call: Call<unknown>) => unknown) => unknown

/** A recovery host whose store answers so to some requests. */
const hostBefore = (answer: Answer): Production =>
  recoveryHost(origin.store, 7, {
    middleware: () => (call, next) => (call.port === 'ObjectStore' ? answer(call, next) : next(call)),
  })

const keyOf = (call: Call<unknown>): string => (call.input as { readonly key?: string }).key ?? ''

function restoresAll(host: Production) {
  const outputs = host.must(restore({}))
  host.start({ beginHistory: 'ab'.repeat(16) })
  expect(host.contents()).toEqual(keysUpTo(ARCHIVED))
  return outputs
}

/** Lets each matching request fail so often, then never again. */
function failing(
  matches: (call: Call<unknown>) => boolean,
  times: number,
  error: () => OperatingError,
): Answer {
  const count = new Map<string, number>()
  return (call, next) => {
    const before = count.get(keyOf(call)) ?? 0
    if (!matches(call) || before >= times) return next(call)
    count.set(keyOf(call), before + 1)
    throw error()
  }
}

const gone = () => new OperatingError('object-missing', 'it is not there')
const cut = () => new OperatingError('store-unavailable', 'the transfer broke off')
const isDownload = (call: Call<unknown>) => call.method === 'download'

describe('a store that answers wrongly', () => {
  it('once says of each object that it is not there: asked again', () => {
    const outputs = restoresAll(hostBefore(failing(isDownload, 1, gone)))
    expect(outputs['fetch-backup'].name).toBe(newest)
  })

  it('lists an archive with holes: what a successor vouches for is asked for by name', () => {
    const hidden = archive.at(-3) ?? ''
    const lost = new Set([hidden, `${hidden}.json`])
    const host = hostBefore((call, next) => {
      const answer = next(call)
      if (call.method !== 'list') return answer
      const page = answer as { readonly objects: readonly { readonly key: string }[] }
      return { ...page, objects: page.objects.filter(({ key }) => !lost.has(key)) }
    })
    const outputs = restoresAll(host)
    const names = outputs['select-log'].segments.map((one: { fileName: string }) => one.fileName)
    expect(names).toContain(hidden.split('/').at(-1))
  })

  it('never gives one file of the newest backup whole: an older one does, without waiting out the patience', () => {
    const host = hostBefore(
      failing((call) => isDownload(call) && keyOf(call).startsWith(`${newest}/db/`), 1_000, cut),
    )
    const outputs = restoresAll(host)
    expect(outputs['fetch-backup'].name).not.toBe(newest)
    expect(outputs['fetch-backup'].refused[0]?.detail).toContain('while the store answered')
  })

  it('never gives the newest manifest: refused like a damaged one', () => {
    const isManifest = (call: Call<unknown>) =>
      call.method === 'get' && keyOf(call) === `${newest}/manifest.jsonl`
    const outputs = restoresAll(hostBefore(failing(isManifest, 1_000, cut)))
    expect(outputs['select-backup'].refused).toMatchObject([{ name: newest, reason: 'object-corrupt' }])
  })

  it.each([
    ['a manifest', () => [`${newest}/manifest.jsonl`]],
    ['a sidecar', () => [`${archive.at(-2)}.json`]],
    ['data', () => origin.store.keys.filter((key) => key.startsWith(`${newest}/db/`))],
    ['a log', () => origin.store.keys.filter((key) => key.startsWith(`${newest}/wal/`))],
    ['metadata', () => [`${newest}/backup-metadata.json`]],
  ])('does not know versions: %s that is damaged or gone comes from elsewhere', (_name, struck) => {
    for (const gone of [false, true]) {
      const store = origin.store.copy()
      for (const key of struck()) {
        if (gone) store.objects.delete(key)
        else store.objects.set(key, new Uint8Array([1]))
      }
      const host = recoveryHost(store, 7, {
        middleware: () => (call, next) => {
          if (call.method === 'versions') throw new OperatingError('store-unavailable', '501 NotImplemented')
          return next(call)
        },
      })
      restoresAll(host)
    }
  })

  it('answers nothing at all: that is an outage, and no copy is blamed', () => {
    const host = hostBefore(() => {
      throw cut()
    })
    const error = host.failureOf(restore({}))
    expect(error.code).toBe('store-unavailable')
  })
})

describe('holes that are none', () => {
  const own = origin.store.keys.filter((key) => key.startsWith(`${newest}/wal/`))
  const nameOf = (key: string) => key.split('/').at(-1)

  it('a segment is damaged in every copy and the base holds what it held', () => {
    const store = origin.store.copy()
    const outputs = recoveryHost(origin.store).must(restore({}))
    const { startPosition } = outputs['fetch-backup'].backup
    const held = outputs['scan-log'].files.filter(
      (file: { lastPosition: string }) => Number(file.lastPosition) <= Number(startPosition),
    )
    expect(held.length).toBeGreaterThan(0)
    for (const { fileName } of held) {
      for (const key of [...own, ...archive].filter((one) => nameOf(one) === fileName)) {
        store.objects.set(
          key,
          Uint8Array.from(store.objects.get(key) ?? [], (byte) => byte ^ 1),
        )
      }
    }
    const host = recoveryHost(store)
    host.must(restore({}))
    host.start({ beginHistory: 'ab'.repeat(16) })
    expect(host.contents()).toEqual(keysUpTo(ARCHIVED))
  })

  it('the refusal of a true hole names its first position and the first behind it', () => {
    const lost = archive.at(-2) ?? ''
    const store = origin.store.copy()
    store.objects.set(
      lost,
      Uint8Array.from(store.objects.get(lost) ?? [], (byte) => byte ^ 1),
    )
    const whole = recoveryHost(origin.store).must(restore({}))
    const { firstPosition, lastPosition } = whole['scan-log'].files.find(
      (file: { fileName: string }) => file.fileName === nameOf(lost),
    )
    const error = recoveryHost(store).failureOf(restore({}))
    expect(error.code).toBe('log-corrupt')
    expect(error.message).toContain(
      `positions from ${firstPosition} to before ${Number(lastPosition) + 1}: ${nameOf(lost)}`,
    )
  })
})
