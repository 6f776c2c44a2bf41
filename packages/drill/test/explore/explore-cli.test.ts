import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addHexDigests } from '@dr-drill/simulator'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { commandsFor } from '../../src/cli/commands/index.ts'
import { runProgram } from '../../src/cli/program.ts'
import { runCli } from '../cli/run-cli.ts'
import { quietContext } from '../support/quiet-context.ts'

// Whole explorations in processes of their own: on a busy machine they take as long as they take.
vi.setConfig({ testTimeout: 300_000 })

const CANARY = fileURLToPath(
  new URL('../../../../fixtures/runbooks/canaries/switches-traffic-early.yaml', import.meta.url),
)
const SMALL = ['--assertions', '40', '--seed', '5']
const base = mkdtempSync(join(tmpdir(), 'drill-explore-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

interface Exploration {
  readonly runs: number
  readonly digest: string
  readonly faults: Readonly<Record<string, { readonly drawn: number; readonly fired: number }>>
  readonly violations: readonly {
    readonly invariant: string
    readonly file: string
    readonly index: number
  }[]
}

async function explore(name: string, args: readonly string[]) {
  const out = join(base, name)
  const all = ['explore', CANARY, ...SMALL, '--format', 'json', '--out', out, ...args]
  const { code, stdout, stderr } = await runCli(all, {}, base)
  return { code, stderr, found: JSON.parse(stdout) as Exploration }
}

describe('drill explore', () => {
  test('finds, shrinks and writes; one digest whatever the workers; shards add up; replays are the same to the byte', async () => {
    const two = await explore('two', ['--runs', '12', '--workers', '2'])
    expect(two.code, two.stderr).toBe(1)
    expect(two.stderr).toMatch(/^REHEARSAL on generated data/)
    expect(two.stderr).toContain('seed 5')
    const { violations } = two.found
    expect(violations.map(({ invariant }) => invariant)).toContain('I8')
    for (const { file } of violations) {
      expect(existsSync(join(base, file))).toBe(true)
      expect(readFileSync(join(base, file.replace('.json', '.md')), 'utf8')).toContain('## What was injected')
    }

    const shards = await Promise.all(
      ['1/2', '2/2'].map((shard) =>
        explore(shard.replace('/', '-of-'), ['--runs', '12', '--workers', '1', '--shard', shard]),
      ),
    )
    expect(shards.map(({ found }) => found.runs)).toEqual([6, 6])
    const [left = '', right = ''] = shards.map(({ found }) => found.digest)
    expect(addHexDigests(left, right)).toBe(two.found.digest)

    const file = violations.find(({ invariant }) => invariant === 'I8')?.file ?? ''
    const replayed = await runCli(['replay', file, '--format', 'json'], {}, base)
    expect(replayed.code, replayed.stdout).toBe(0)
    expect(JSON.parse(replayed.stdout)).toMatchObject({
      reproduced: true,
      digest: { identical: true },
      runbookChanged: false,
    })
  })

  test('text never says that anything is safe; a scenario that came out otherwise is told', async () => {
    const out = join(base, 'text')
    const { stdout } = await runCli(['explore', CANARY, ...SMALL, '--runs', '2', '--out', out], {}, base)
    expect(stdout).toMatch(/^\d+ violations in 2 runs/)
    expect(stdout).not.toMatch(/\bsafe\b/)
    const [file = ''] = readdirSync(out).filter((name) => name.endsWith('.json'))
    const text = readFileSync(join(out, file), 'utf8')
    const other = join(out, 'other.json')
    writeFileSync(other, text.replace('"violated": [', '"violated": ["I11",'))
    const replayed = await runCli(['replay', other], {}, base)
    expect([replayed.code, replayed.stdout]).toEqual([1, expect.stringContaining('NOT reproduced on sim')])
    expect(replayed.stdout).toContain('I11 not violated, which was expected')
  })

  test.each([
    [['--shard', '0/2'], '--shard'],
    [['--shard', '3/2'], '--shard'],
    [['--runs', '0'], '--runs'],
    [['--duration', 'long'], '--duration'],
    [['--faults', 's3-outag'], 's3-outage'],
    [['--param', 'rto=1h', '--param', 'no-such=1'], 'no-such'],
    [['--out', '.'], 'not empty'],
  ])('%j is refused before anything starts', async (args, word) => {
    const seen = { out: '', err: '' }
    const context = quietContext(seen, fileURLToPath(new URL('.', import.meta.url)))
    const line = ['explore', 'full-restore', ...args]
    const code = await runProgram(line, context, await commandsFor(line))
    expect([code, seen.out]).toEqual([2, ''])
    expect(seen.err).toContain(word)
  })
})
