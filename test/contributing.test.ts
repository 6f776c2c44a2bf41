import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

/** The recipes of CONTRIBUTING.md: every block is a file, written down, type-checked and run. */
const page = readFileSync('CONTRIBUTING.md', 'utf8')
const recipes = [...page.matchAll(/```ts\n\/\/ recipes\/(\S+)\n([\s\S]*?)```/g)].map((match) => ({
  file: match[1] ?? '',
  text: match[2] ?? '',
}))

mkdirSync('.setup', { recursive: true })
// Below the repository, so that packages are found; a run of its own, so that two never meet.
const folder = mkdtempSync(join('.setup', 'recipes-'))
for (const { file, text } of recipes) {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}
writeFileSync(
  join(folder, 'tsconfig.json'),
  JSON.stringify({
    extends: '../../tsconfig.tests.json',
    compilerOptions: { rootDir: '.', incremental: false },
    include: ['.'],
    references: [],
  }),
)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('each of the four has its code and its test', () => {
  const tests = recipes.filter(({ file }) => file.endsWith('.test.ts')).map(({ file }) => dirname(file))
  expect(tests).toEqual(['action', 'fault', 'checker', 'target'])
  expect(page.match(/```ts\n/g)).toHaveLength(recipes.length)
})

test('all of it type-checks', () => {
  const compiler = join('node_modules', '.bin', 'tsc')
  expect(() => execFileSync(compiler, ['-p', folder], { encoding: 'utf8', stdio: 'pipe' })).not.toThrow()
})

for (const { file } of recipes.filter((one) => one.file.endsWith('.test.ts'))) {
  describe(`recipe ${file}`, async () => {
    await import(join(process.cwd(), folder, file))
  })
}

test('every path that the page names exists', () => {
  const named = [...page.matchAll(/`((?:packages|test|docs|fixtures)\/[^`*]+)`/g)].map(
    (match) => match[1] ?? '',
  )
  const missing = named.filter((path) => !path.includes('NN') && !existsInGit(path))
  expect(named.length).toBeGreaterThan(8)
  expect(missing).toEqual([])
})

function existsInGit(path: string): boolean {
  const known = ['ls-files', '--cached', '--others', '--exclude-standard', '--', path]
  return execFileSync('git', known, { encoding: 'utf8' }) !== ''
}
