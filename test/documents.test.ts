import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, test } from 'vitest'

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '')
const known = new Set(files.flatMap((file) => [file, ...parentsOf(file)]))
const documents = files.filter((file) => file.endsWith('.md'))
const read = (file: string) => readFileSync(file, 'utf8')

function parentsOf(file: string): string[] {
  const parts = file.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** A document without its code blocks, in which links and headings mean nothing. */
const proseOf = (file: string) => read(file).replace(/```[\s\S]*?```/g, '')

/** The anchors that a code host makes of headings. */
const anchorsOf = (file: string) =>
  [...proseOf(file).matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

interface Link {
  readonly from: string
  readonly to: string
  readonly anchor: string | null
}

const linksOf = (file: string): Link[] =>
  [...proseOf(file).matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [path = '', anchor = null] = target.split('#')
      const to = path === '' ? file : normalize(join(dirname(file), path)).replace(/\/$/, '')
      return { from: file, to, anchor }
    })

describe('documents', () => {
  test('every link leads somewhere, to a heading that is there', () => {
    const links = documents.flatMap(linksOf)
    const broken = links.filter(
      ({ to, anchor }) => !known.has(to) || (anchor !== null && !anchorsOf(to).includes(anchor)),
    )
    expect(broken).toEqual([])
    expect(links.length).toBeGreaterThan(30)
  })

  test('each has one first heading, on its first line', () => {
    const wrong = documents.filter((file) => {
      const headings = proseOf(file).match(/^# .+$/gm) ?? []
      return headings.length !== 1 || !read(file).startsWith('# ')
    })
    expect(wrong).toEqual([])
  })

  test('the index of each folder of documents names each of its documents', () => {
    const missing = documents.filter((file) => {
      const folder = dirname(file)
      if (!folder.startsWith('docs') || file.endsWith('/README.md')) return false
      return !linksOf(`${folder}/README.md`).some(({ to }) => to === file)
    })
    expect(missing).toEqual([])
  })

  test('the map names every folder of sources', () => {
    const map = read('ARCHITECTURE.md')
    const folders = new Set(files.flatMap((file) => /^packages\/[^/]+\/src\/([^/]+)\//.exec(file)?.[1] ?? []))
    const absent = [...folders].filter(
      (folder) => !map.includes(`\`${folder}/`) && !map.includes(`${folder}/\``),
    )
    expect(absent).toEqual([])
  })

  test('every path in code style exists', () => {
    const named = documents.flatMap((file) =>
      [...proseOf(file).matchAll(/`((?:packages|fixtures|scripts|test|bench)\/[A-Za-z0-9_./-]+)`/g)].map(
        (match) => [file, (match[1] ?? '').replace(/\/$/, '')] as const,
      ),
    )
    expect(named.filter(([, path]) => !known.has(path) && !path.includes('NN'))).toEqual([])
    expect(named.length).toBeGreaterThan(20)
  })

  test('the steps that the README shows are those of the runbook', () => {
    const runbook = read('fixtures/runbooks/full-restore.yaml')
    const titles = [...read('README.md').matchAll(/^[✔–] ([^:(]+?)(?: \(|: )/gm)].map(
      (match) => match[1] ?? '',
    )
    expect(titles.length).toBeGreaterThan(5)
    expect(titles.filter((title) => !runbook.includes(`title: ${title}\n`))).toEqual([])
  })

  test('every command that a document shows exists', () => {
    const commands = new Set(
      files.flatMap((file) => /^packages\/drill\/src\/cli\/commands\/([a-z]+)\.ts$/.exec(file)?.[1] ?? []),
    )
    const shown = documents.flatMap((file) =>
      [...read(file).matchAll(/\.\/drill ([a-z]+)/g)].map((match) => [file, match[1] ?? ''] as const),
    )
    expect(shown.filter(([, command]) => !commands.has(command))).toEqual([])
    expect(shown.length).toBeGreaterThan(10)
  })
})
