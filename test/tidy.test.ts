import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

/** The repository's own rules, checked on every source that git knows (and on what is about to be added). */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '')
const sources = files.filter((file) => /^packages\/[^/]+\/src\/.*\.ts$/.test(file))
const isServer = (file: string) => file.startsWith('packages/simulator/src/server/')
const pure = sources.filter(
  (file) =>
    (file.startsWith('packages/runbook-core/') || file.startsWith('packages/simulator/')) && !isServer(file),
)
const read = (file: string) => readFileSync(file, 'utf8')

/** Lines of a file that match, as `file:line: text`; comments count too, so that a rule is easy to trust. */
function matches(list: readonly string[], pattern: RegExp): string[] {
  return list.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  )
}

/** Module names of imports and re-exports (`from '...'` where a list of names has closed), and of dynamic imports. */
const importsOf = (file: string) =>
  [
    ...read(file).matchAll(
      /(?:\}|\*|\* as \w+|import (?:type )?\w+) from '([^'\n]+)'|^import '([^'\n]+)'|\bimport\('([^'\n]+)'\)/gm,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '')

describe('purity of core and simulator', () => {
  test.each([
    ['ambient time', /\bDate\.now\b|new Date\(\s*\)|\bperformance\./],
    ['local time', /\.get(Hours|Minutes|Seconds|Date|Day|Month|FullYear|Milliseconds|TimezoneOffset)\(/],
    ['ambient chance', /\bMath\.random\b|\bcrypto\.(getRandomValues|randomUUID)\b/],
    [
      'transcendental Math',
      /\bMath\.(sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|exp|expm1|log|log2|log10|log1p|pow|cbrt|hypot)\b/,
    ],
    ['locale', /\bIntl\.|\.toLocale[A-Z]|\.localeCompare\(/],
    [
      'timers and globals',
      /\b(setTimeout|setInterval|setImmediate|queueMicrotask)\(|\bprocess\.[a-z]|\bconsole\.|\bBuffer\./,
    ],
  ])('no %s', (_rule, pattern) => {
    expect(matches(pure, pattern)).toEqual([])
  })

  test('a planted violation is seen', () => {
    expect(/\bDate\.now\b|new Date\(\s*\)/.test('const t = Date.now()')).toBe(true)
    expect(/\bMath\.random\b/.test('Math.random()')).toBe(true)
  })

  test.each([
    ['packages/runbook-core/src/', ['zod', '@marcbachmann/cel-js', '@noble/'], 'yaml'],
    ['packages/simulator/src/', ['@dr-drill/runbook-core', 'fast-xml-parser', 'zod'], 'fast-check'],
  ])('%s imports what the design allows', (root, allowed, inItsOwnEntryOnly) => {
    const strangers = pure
      .filter((file) => file.startsWith(root))
      .flatMap((file) =>
        importsOf(file)
          .filter((name) => !name.startsWith('.'))
          .filter((name) => !allowed.some((prefix) => name === prefix || name.startsWith(prefix)))
          .filter((name) => name !== inItsOwnEntryOnly || !file.includes(`/src/${name}/`))
          .map((name) => `${file}: ${name}`),
      )
    expect(strangers).toEqual([])
  })

  test('no pure file reaches into the server entry', () => {
    expect(
      pure.flatMap((file) =>
        importsOf(file)
          .filter((name) => name.includes('/server'))
          .map((name) => `${file}: ${name}`),
      ),
    ).toEqual([])
  })
})

describe('arrows and borders', () => {
  test('core imports neither simulator nor drill, simulator not drill', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter(
          (name) =>
            (file.startsWith('packages/runbook-core/') && /@dr-drill\/(simulator|drill)/.test(name)) ||
            (file.startsWith('packages/simulator/') && name.startsWith('@dr-drill/drill')),
        )
        .map((name) => `${file}: ${name}`),
    )
    expect(wrong).toEqual([])
  })

  test('core speaks no database: only its pack names one', () => {
    const generic = sources.filter(
      (file) =>
        file.startsWith('packages/runbook-core/src/') &&
        !file.startsWith('packages/runbook-core/src/stemedb/'),
    )
    expect(
      matches(generic, /assertion(?!s? (fails|error))|stemedb|\.kv\b|18180/i).filter(
        (line) => !/stemedb\/index/.test(line),
      ),
    ).toEqual([])
  })

  test('no target is named in engine or actions', () => {
    const list = sources.filter((file) => /^packages\/runbook-core\/src\/(engine|actions)\//.test(file))
    expect(matches(list, /['"`](local|sim|containers|ssh)['"`]/)).toEqual([])
  })

  test('real I/O stands only where it may', () => {
    const allowed =
      /^packages\/drill\/src\/(ports|cli|workers|targets|agent)\/|^packages\/simulator\/src\/server\//
    const wrong = sources
      .filter((file) => !allowed.test(file))
      .flatMap((file) =>
        importsOf(file)
          .filter((name) => name.startsWith('node:'))
          .map((name) => `${file}: ${name}`),
      )
    expect(wrong).toEqual([])
  })
})

/** Folders that have sources right in them. */
const folders = new Set(sources.map((file) => file.slice(0, file.lastIndexOf('/'))))

/** Exported declarations without a docstring right above them, as `file:line: text`. */
function undocumented(file: string, text: string): string[] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => {
    if (!/^export (async )?(function\*?|const|class|interface|type|abstract class) \w/.test(line)) return []
    // A port is described by its contract, right above it.
    if (line.includes(' = definePort<')) return []
    let above = index - 1
    while (/^\s*(\/\/ biome-ignore|@)/.test(lines[above] ?? '')) above -= 1
    return /\*\/\s*$/.test(lines[above] ?? '') ? [] : [`${file}:${index + 1}: ${line.trim()}`]
  })
}

describe('house', () => {
  test('everything that a package offers says what it is', () => {
    const open = sources.filter((file) => /^packages\/(runbook-core|simulator)\/src\//.test(file))
    expect(open.flatMap((file) => undocumented(file, read(file)))).toEqual([])
    expect(undocumented('x', '/** Says. */\nexport const a = 1')).toEqual([])
    expect(undocumented('x', 'const b = 1\nexport const a = 1')).toHaveLength(1)
  })

  test('every folder of a package lists what it offers', () => {
    const parts = [...folders].filter((folder) =>
      /^packages\/(runbook-core|simulator)\/src\/[^/]+$/.test(folder),
    )
    expect(parts.length).toBeGreaterThan(15)
    // Single functions that files take one by one.
    const singles = new Set(['text', 'units'].map((name) => `packages/runbook-core/src/${name}`))
    const bare = parts.filter((folder) => !sources.includes(`${folder}/index.ts`) && !singles.has(folder))
    expect(bare).toEqual([])
  })

  test('packages meet by their names, never by a path into each other', () => {
    const wrong = sources.flatMap((file) => {
      const root = file.split('/').slice(0, 3).join('/')
      return importsOf(file)
        .filter((name) => name.startsWith('.'))
        .filter((name) => !new URL(name, `file:///${file}`).pathname.startsWith(`/${root}/`))
        .map((name) => `${file}: ${name}`)
    })
    expect(wrong).toEqual([])
  })

  test('one action kind per file', () => {
    const kinds = sources
      .filter((file) => /^packages\/runbook-core\/src\/actions\/[^/]+\//.test(file))
      .map((file) => [file, [...read(file).matchAll(/\bdefineAction[<(]/g)].length] as const)
    expect(kinds.filter(([, count]) => count > 1)).toEqual([])
    expect(kinds.filter(([, count]) => count === 1).length).toBeGreaterThan(20)
  })

  test('no file grows beyond 300 lines', () => {
    const long = sources
      .map((file) => [file, read(file).split('\n').length] as const)
      .filter(([, lines]) => lines > 300)
    expect(long).toEqual([])
  })

  test('nothing unfinished is left', () => {
    const text = files.filter(
      (file) => /\.(ts|md|yaml|sh|json)$/.test(file) && !/package-lock|tidy\.test/.test(file),
    )
    expect(matches(text, /\b(TODO|FIXME|XXX|HACK)\b|not implemented|for now\b/)).toEqual([])
    const tests = files.filter((file) => file.endsWith('.test.ts') && !/tidy\.test/.test(file))
    expect(matches(tests, /\b(describe|it|test)\.(only|skip|todo|fails)\b|\bretry:\s*[1-9]/)).toEqual([])
  })

  test('no shell string and no eval', () => {
    expect(matches(sources, /shell: *true|\beval\(|new Function\(|\bexecSync\(/)).toEqual([])
  })
})
