import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { OperatingError } from '../errors/index.ts'
import { type DocumentPath, formatPath, type Problem } from '../runbook/problems.ts'
import type { Json } from '../text/json.ts'
import { DOCUMENT_DEPTH_MAX, DOCUMENT_VALUES_MAX } from './limits.ts'

/** Turns nodes into plain data and remembers their lines. */
export class NodeReader {
  readonly problems: Problem[] = []
  readonly #lines: LineCounter
  readonly #lineByPath = new Map<string, number>()
  #values = 0

  constructor(lines: LineCounter) {
    this.#lines = lines
  }

  lineOf(path: DocumentPath): number | null {
    for (let length = path.length; length >= 0; length -= 1) {
      const line = this.#lineByPath.get(JSON.stringify(path.slice(0, length)))
      if (line !== undefined) return line
    }
    return null
  }

  read(node: Node | null, path: DocumentPath): Json {
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

  #readList(node: YAMLSeq, path: DocumentPath): Json {
    return node.items.map((item, index) => {
      if (isPair(item)) return this.#refuse(node, path, 'a pair stands in a list', 'Write - {key: value}.')
      return this.read(item as Node | null, [...path, index])
    })
  }

  #readMap(node: YAMLMap, path: DocumentPath): Json {
    const entries: [string, Json][] = []
    const seen = new Set<string>()
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const key = isScalar(pair.key) ? pair.key.value : undefined
      if (typeof key !== 'string' || key === '__proto__') {
        this.#refuse(node, path, 'keys are text', 'Put the key in quotes.')
        continue
      }
      const below = [...path, key]
      if (seen.has(key)) {
        this.#refuse(pair.key, below, `the key "${key}" stands here twice`, 'Keep one of the two.')
        continue
      }
      seen.add(key)
      if (pair.key !== null) this.#remember(pair.key, below)
      entries.push([key, this.read(pair.value, below)])
    }
    return Object.fromEntries(entries)
  }

  #readScalar(node: Scalar, path: DocumentPath): Json {
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

  #remember(node: Node, path: DocumentPath): void {
    const key = JSON.stringify(path)
    const start = node.range?.[0]
    if (start !== undefined && !this.#lineByPath.has(key))
      this.#lineByPath.set(key, this.#lines.linePos(start).line)
  }

  #refuse(node: Node, path: DocumentPath, message: string, hint: string): null {
    const start = node.range?.[0]
    const line = start === undefined ? this.lineOf(path) : this.#lines.linePos(start).line
    this.problems.push({ path: formatPath(path), line, message, hint })
    return null
  }
}
