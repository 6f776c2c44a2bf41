import { utf8Encode } from '@dr-drill/runbook-core'
import { s3Fault } from '@dr-drill/simulator'
import { expect, test } from 'vitest'
import { behindOf, type Given } from './subject.ts'

/** What befalls answers on their way. */
export function faults({ caller, subject }: Given): void {
  test('a body that ends early is an unavailable store, not a shorter object', async () => {
    const behind = behindOf(subject())
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, '0123456789'))
    const takeOff = behind.addRule(({ operation }) =>
      operation === 'GetObject' ? s3Fault.truncateBodyAt(4) : s3Fault.pass,
    )
    expect(await caller().codeOf(caller().get(key))).toBe('store-unavailable')
    expect(await caller().codeOf(caller().download(key))).toBe('store-unavailable')
    takeOff()
    const beyond = behind.addRule(() => s3Fault.truncateBodyAt(1_000))
    expect((await caller().run(caller().get(key))).bytes).toEqual(utf8Encode('0123456789'))
    beyond()
  })

  test('a delayed request is served all the same', async () => {
    const behind = behindOf(subject())
    const key = `${caller().place()}k`
    const takeOff = behind.addRule(() => s3Fault.delay(5))
    await caller().run(caller().put(key, 'late'))
    expect((await caller().run(caller().get(key))).bytes).toEqual(utf8Encode('late'))
    expect((await caller().list({ prefix: key })).keys).toEqual([key])
    expect(await caller().codeOf(caller().put(key, 'again', true))).toBe('object-exists')
    takeOff()
  })

  test('what a listing hides is there for whoever names it', async () => {
    const behind = behindOf(subject())
    const place = caller().place()
    for (const name of ['a', 'b/1', 'b/2', 'c']) await caller().run(caller().put(place + name, name))
    const hidden = [`in/${place}b/1`, `in/${place}b/2`, `in/${place}c`]
    const takeOff = behind.addRule(({ operation }) =>
      operation === 'ListObjectsV2' ? s3Fault.hide(hidden) : s3Fault.pass,
    )
    const seen = await caller().list({ prefix: place, delimiter: '/' })
    expect([seen.keys, seen.prefixes]).toEqual([[`${place}a`], []])
    expect(await caller().codeOf(caller().get(`${place}c`))).toBe(null)
    takeOff()
    expect((await caller().list({ prefix: place, delimiter: '/' })).prefixes).toEqual([`${place}b/`])
  })
}

/** What befalls bytes where they lie. */
export function rot({ caller, subject }: Given): void {
  test.each([
    ['other', 'rotten bytes'],
    ['fewer', 'rotte'],
    ['no', ''],
    ['more', 'rotten bytes and more of them'],
  ])('a medium that gives %s bytes is noticed by whoever reads, not by whoever lists', async (_, text) => {
    const behind = behindOf(subject())
    const key = `${caller().place()}k`
    await caller().run(caller().put(key, 'sound bytes!'))
    const [version] = await caller().versions(key)
    const before = (await caller().list({ prefix: key })).objects
    behind.rot(`in/${key}`, version?.versionId ?? 'null', utf8Encode(text))
    expect(await caller().codeOf(caller().get(key))).toBe('object-corrupt')
    expect(await caller().codeOf(caller().download(key))).toBe('object-corrupt')
    expect((await caller().list({ prefix: key })).objects).toEqual(before)
    await caller().run(caller().put(key, 'sound again'))
    expect((await caller().run(caller().get(key))).bytes).toEqual(utf8Encode('sound again'))
  })
}
