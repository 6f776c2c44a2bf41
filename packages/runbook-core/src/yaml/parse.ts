import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument as parseYamlDocument,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { OperatingError } from '../errors/index.ts'
import { formatPath, InvalidDocumentError, type LineOf, Problems } from '../runbook/problems.ts'
import type { Json } from '../text/json.ts'
import { utf8Encode } from '../text/utf8.ts'
import { DOCUMENT_BYTES_MAX, DOCUMENT_DEPTH_MAX, DOCUMENT_VALUES_MAX } from './limits.ts'
import { nestingOf } from './nesting.ts'

/** A document read from YAML or JSON. */
export interface ParsedDocument {
  readonly value: Json
  /** Line of the value at a path, or of the nearest one above it. */
  readonly lineOf: LineOf
}

/**
 * Reads one YAML 1.2 (or JSON, which is YAML) document of plain data: maps with text keys, lists, texts, numbers, booleans, null.
 * Aliases, anchors, merge keys, tags, duplicate keys, further documents, and more than `DOCUMENT_BYTES_MAX` are refused.
 * @throws InvalidDocumentError (`input-invalid`) with every problem and its line
 * @throws OperatingError `input-too-large`
 */
export function parseDocument(text: string, file: string | null = null): ParsedDocument {
  const about = file === null ? {} : { subject: file }
  // Every UTF-16 unit is at least one byte: the cheap test first.
  if (text.length > DOCUMENT_BYTES_MAX || utf8Encode(text).length > DOCUMENT_BYTES_MAX) {
    throw new OperatingError(
      'input-too-large',
      `the document has more than ${DOCUMENT_BYTES_MAX} bytes`,
      about,
    )
  }
  if (nestingOf(text) > DOCUMENT_DEPTH_MAX) {
    throw new OperatingError(
      'input-invalid',
      `the document is nested deeper than ${DOCUMENT_DEPTH_MAX} levels`,
      about,
    )
  }
  const lines = new LineCounter()
  const problems = new Problems(() => null)
  const root = readYaml(text, file, lines, problems)
  const reader = new Reader(lines)
  const value = root === null ? null : reader.read(root, [])
  const all = [...problems.list, ...reader.problems]
  if (all.length > 0) throw new InvalidDocumentError('the document', file, all)
  return { value, lineOf: (path) => reader.lineOf(path) }
}

function readYaml(text: string, file: string | null, lines: LineCounter, problems: Problems): Node | null {
  let document: ReturnType<typeof parseYamlDocument>
  try {
    document = parseYamlDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      schema: 'core',
      version: '1.2',
      uniqueKeys: true,
      merge: false,
      customTags: [],
      resolveKnownTags: false,
      stringKeys: false,
      // 'silent' would also hide that there is a second document.
      logLevel: 'error',
    })
  } catch (cause) {
    throw new OperatingError('input-invalid', 'the document is not YAML', {
      cause,
      ...(file === null ? {} : { subject: file }),
    })
  }
  for (const error of [...document.errors, ...document.warnings]) {
    const { line } = lines.linePos(error.pos[0])
    problems.list.push({ path: '', line, message: firstLine(error.message), hint: hintOf(error.code) })
  }
  return document.contents as Node | null
}

const firstLine = (message: string): string => message.split('\n', 1)[0] ?? message

function hintOf(code: string): string {
  if (code === 'DUPLICATE_KEY') return 'Keep one of the two.'
  if (code === 'MULTIPLE_DOCS') return 'One file holds one document.'
  if (code === 'TAG_RESOLVE_FAILED') return 'Tags are not allowed: write plain data.'
  return 'Check indentation, quotes and brackets near this line.'
}

/** Turns nodes into plain data and remembers their lines. */
class Reader {
  readonly problems: { path: string; line: number | null; message: string; hint: string }[] = []
  readonly #lines: LineCounter
  readonly #lineByPath = new Map<string, number>()
  #values = 0

  constructor(lines: LineCounter) {
    this.#lines = lines
  }

  lineOf(path: readonly (string | number)[]): number | null {
    for (let length = path.length; length >= 0; length -= 1) {
      const line = this.#lineByPath.get(JSON.stringify(path.slice(0, length)))
      if (line !== undefined) return line
    }
    return null
  }

  read(node: Node | null, path: readonly (string | number)[]): Json {
    this.#values += 1
    if (this.#values > DOCUMENT_VALUES_MAX || path.length > DOCUMENT_DEPTH_MAX) {
      throw new OperatingError('input-too-large', `the document has too many or too deeply nested values`)
    }
    if (node === null) return null
    this.#remember(node, path)
    if (isAlias(node)) return this.#refuse(node, path, 'aliases are not allowed', 'Write the value out.')
    if (node.tag !== undefined && !(node.tag as string).startsWith('tag:yaml.org,2002:')) {
      return this.#refuse(node, path, `the tag ${node.tag} is not allowed`, 'Write plain data.')
    }
    if (node.anchor !== undefined)
      return this.#refuse(node, path, 'anchors are not allowed', 'Leave "&" out.')
    if (isSeq(node)) return this.#readList(node, path)
    if (isMap(node)) return this.#readMap(node, path)
    return this.#readScalar(node as Scalar, path)
  }

  #readList(node: YAMLSeq, path: readonly (string | number)[]): Json {
    return node.items.map((item, index) => {
      if (isPair(item)) return this.#refuse(node, path, 'a pair stands in a list', 'Write - {key: value}.')
      return this.read(item as Node | null, [...path, index])
    })
  }

  #readMap(node: YAMLMap, path: readonly (string | number)[]): Json {
    const entries: [string, Json][] = []
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const key = isScalar(pair.key) ? pair.key.value : undefined
      if (typeof key !== 'string' || key === '__proto__') {
        this.#refuse(node, path, 'keys are text', 'Put the key in quotes.')
        continue
      }
      const below = [...path, key]
      if (pair.key !== null) this.#remember(pair.key, below)
      entries.push([key, this.read(pair.value, below)])
    }
    return Object.fromEntries(entries)
  }

  #readScalar(node: Scalar, path: readonly (string | number)[]): Json {
    const { value } = node
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : value
    return this.#refuse(
      node,
      path,
      'the value has no JSON form',
      'Write text, a finite number, true, false or null.',
    )
  }

  #remember(node: Node, path: readonly (string | number)[]): void {
    const key = JSON.stringify(path)
    const start = node.range?.[0]
    if (start !== undefined && !this.#lineByPath.has(key))
      this.#lineByPath.set(key, this.#lines.linePos(start).line)
  }

  #refuse(node: Node, path: readonly (string | number)[], message: string, hint: string): null {
    const start = node.range?.[0]
    const line = start === undefined ? this.lineOf(path) : this.#lines.linePos(start).line
    this.problems.push({ path: formatPath(path), line, message, hint })
    return null
  }
}
