import { Environment } from '@marcbachmann/cel-js'
import { parseDuration } from '../../text/duration.ts'
import { parseInstant } from '../../text/instant.ts'
import { parseSize } from '../../text/size.ts'

/** Longest expression, in UTF-16 units. */
export const EXPRESSION_LENGTH_MAX = 1_000
/** Deepest nesting of brackets, calls and accesses. */
export const EXPRESSION_DEPTH_MAX = 32
/** Most operators, names and literals. */
export const EXPRESSION_NODES_MAX = 400

/** What an expression may read. `facts` exist in estimates only. */
export const ROOTS = ['params', 'steps', 'run', 'facts'] as const
/** Where a name in an expression may begin. */
export type Root = (typeof ROOTS)[number]

/** Functions an expression may call. Time-zone getters, `matches`, `timestamp` and `duration` are left out on purpose. */
export const FUNCTIONS: ReadonlySet<string> = new Set([
  'has',
  'size',
  'int',
  'double',
  'string',
  'bool',
  'max',
  'min',
  'milliseconds',
  'sizeBytes',
  'instant',
])

/** Methods that walk a list with a variable; at most one may be open at a time, or their cost would multiply. */
export const COMPREHENSIONS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter'])

/** Methods an expression may call. */
export const METHODS: ReadonlySet<string> = new Set([
  ...COMPREHENSIONS,
  'startsWith',
  'endsWith',
  'contains',
  'lowerAscii',
  'upperAscii',
  'trim',
  'size',
])

/** Instants are integer milliseconds since 1970: no time zone can come in. */
function instantMs(text: string): bigint {
  const ms = parseInstant(text)
  if (ms === null) throw new RangeError(`"${text.slice(0, 40)}" is not an RFC 3339 instant in UTC`)
  return BigInt(ms)
}

/** The evaluator with our roots and functions. What it offers beyond them is refused by `checkTree`. */
export const cel: Environment = new Environment({
  homogeneousAggregateLiterals: false,
  limits: {
    maxAstNodes: EXPRESSION_NODES_MAX,
    maxDepth: EXPRESSION_DEPTH_MAX,
    maxListElements: 100,
    maxMapEntries: 100,
    maxCallArguments: 4,
  },
})
  .registerVariable('params', 'map')
  .registerVariable('steps', 'map')
  .registerVariable('run', 'map')
  .registerVariable('facts', 'map')
  .registerFunction('max(int, int): int', (a: bigint, b: bigint) => (a > b ? a : b))
  .registerFunction('max(double, double): double', (a: number, b: number) => Math.max(a, b))
  .registerFunction('min(int, int): int', (a: bigint, b: bigint) => (a < b ? a : b))
  .registerFunction('min(double, double): double', (a: number, b: number) => Math.min(a, b))
  .registerFunction('milliseconds(string): int', (text: string) => BigInt(parseDuration(text)))
  .registerFunction('sizeBytes(string): int', (text: string) => BigInt(parseSize(text)))
  .registerFunction('instant(string): int', instantMs)
