import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import { type Draw, firstDivergence } from '@dr-drill/simulator'
import { afterAll, expect, test } from 'vitest'
import type { Performed, Recorded } from './perform.ts'

const child = fileURLToPath(new URL('./child.ts', import.meta.url))
const golden = fileURLToPath(new URL('../../fixtures/golden/simulated-drills.json', import.meta.url))
const goldenDraws = `${golden.slice(0, -'.json'.length)}.draws.gz`
const folder = mkdtempSync(join(tmpdir(), 'determinism-'))
afterAll(() => rmSync(folder, { recursive: true }))

interface Written {
  readonly drills: readonly Recorded[]
  readonly canary: readonly Recorded[]
}

/** Performs all drills in a process that differs from another one in all that must not matter. */
function performedBy(
  name: string,
  how: 'warm' | 'cold',
  cwd: string,
  env: Readonly<Record<string, string>>,
): Written {
  const out = join(folder, `${name}.json`)
  execFileSync(process.execPath, ['--conditions=source', child, out, how], {
    cwd,
    env: { ...env, PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return JSON.parse(readFileSync(out, 'utf8')) as Written
}

const west = performedBy('west', 'warm', '/', {
  TZ: 'America/St_Johns',
  LANG: 'tr_TR.UTF-8',
  LC_ALL: 'tr_TR.UTF-8',
})
const east = performedBy('east', 'cold', folder, {
  LC_ALL: 'C',
  ZONE: 'east',
  LANG: 'de_DE.UTF-8',
  TZ: 'Asia/Kathmandu',
})

/** Where two performances of a drill part: the first draw that differs, else the first event. Null: they are equal. */
function parting(left: Recorded, right: Recorded): string | null {
  const draw = firstDivergence(left.drawn, right.drawn)
  if (draw !== null)
    return `${left.name}: draw ${draw.position} is ${told(draw.left)} here and ${told(draw.right)} there`
  const at = left.events.findIndex((event, index) => event !== right.events[index])
  if (at >= 0 || left.events.length !== right.events.length) {
    return `${left.name}: no draw differs; event ${at} is ${left.events[at]} here and ${right.events[at]} there`
  }
  return left.image === right.image ? null : `${left.name}: the same draws and journal leave other bytes`
}

const told = (draw: Draw | null): string =>
  draw === null ? 'none' : `${draw.stream} ${draw.index}: ${draw.value}`

const summary = ({ name, verdict, journal, draws, image }: Performed): Performed => ({
  name,
  verdict,
  journal,
  draws,
  image,
})

test('two processes of other zone, language and directory, one with and one without memory: the same bytes', () => {
  expect(west.drills.length).toBeGreaterThan(3)
  for (const [index, left] of west.drills.entries()) {
    const right = east.drills[index] as Recorded
    expect(parting(left, right)).toBeNull()
    expect(summary(left)).toEqual(summary(right))
  }
})

test('they are the bytes of the committed goldens', () => {
  const drills = east.drills.map(summary)
  if (process.env.DRILL_WRITE_GOLDEN === '1') {
    writeFileSync(golden, `${JSON.stringify(drills, null, 2)}\n`)
    writeFileSync(goldenDraws, gzipSync(JSON.stringify(east.drills.map(({ drawn }) => drawn)), { level: 9 }))
  }
  const committed = JSON.parse(readFileSync(golden, 'utf8')) as readonly Performed[]
  const draws = JSON.parse(gunzipSync(readFileSync(goldenDraws)).toString()) as readonly (readonly Draw[])[]
  for (const [index, drill] of east.drills.entries()) {
    const parted = firstDivergence(draws[index] ?? [], drill.drawn)
    expect(parted, `${drill.name}: the first draw that differs from the golden`).toBeNull()
  }
  expect(drills, 'DRILL_WRITE_GOLDEN=1 writes them anew, when a change was meant').toEqual(committed)
})

test('a planted dependence on the order of iteration is found, with the draw at which the two part', () => {
  const [left] = west.canary
  const [right] = east.canary
  if (left === undefined || right === undefined) throw new Error('the canary was performed')
  expect(parting(left, right)).toMatch(/draw \d+ is seed:20260211\/.* 0: \d+ here and .* there/)
})
