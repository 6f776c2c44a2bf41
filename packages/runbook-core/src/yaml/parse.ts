import { LineCounter, type Node, parseDocument as parseYamlDocument } from 'yaml'
import { OperatingError } from '../errors/index.ts'
import { InvalidDocumentError, type LineOf, Problems } from '../runbook/problems.ts'
import type { Json } from '../text/json.ts'
import { utf8Encode } from '../text/utf8.ts'
import { DOCUMENT_BYTES_MAX, DOCUMENT_DEPTH_MAX } from './limits.ts'
import { nestingOf } from './nesting.ts'
import { NodeReader } from './node-reader.ts'

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
  const reader = new NodeReader(lines)
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
      // The parser compares every key with every other: quadratic. NodeReader refuses duplicates in linear time.
      uniqueKeys: false,
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
