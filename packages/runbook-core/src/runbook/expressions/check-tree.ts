import { didYouMean } from '../../text/did-you-mean.ts'
import { COMPREHENSIONS, FUNCTIONS, METHODS, ROOTS, type Root } from './cel.ts'
import { ExpressionProblem } from './problem.ts'

/** A value that an expression reads: `steps.verify_backup.files` is {root: steps, written: verify_backup, name: verify-backup, field: files}. */
export interface Reference {
  readonly root: Root
  /** As it stands in the expression. */
  readonly written: string
  /** The id meant: `_` stands for `-` in names of steps and parameters. */
  readonly name: string
  /** First name below it; null when the whole is read. */
  readonly field: string | null
}

/** A node of the evaluator's tree, as far as it is read here. */
export interface Tree {
  readonly op: string
  readonly args: unknown
}

/** What a tree reads, and the plain path it is when it is nothing else. */
export interface CheckedTree {
  readonly references: readonly Reference[]
  /** `steps.a.b.c` as names, for the direct way around the evaluator; null for anything computed. */
  readonly path: readonly string[] | null
}

const BINARY = new Set(['==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', 'in', '&&', '||', '?:'])

const isRoot = (name: string): name is Root => (ROOTS as readonly string[]).includes(name)

const idOf = (root: Root, written: string): string =>
  root === 'params' || root === 'steps' ? written.replaceAll('_', '-') : written

/**
 * Walks a parsed expression and refuses what is outside the subset.
 * @throws ExpressionProblem
 */
export function checkTree(tree: Tree): CheckedTree {
  const references: Reference[] = []
  walk(tree, { variables: new Set(), references })
  return { references, path: plainPath(tree) }
}

interface Walk {
  readonly variables: ReadonlySet<string>
  readonly references: Reference[]
}

function walk(node: Tree, at: Walk): void {
  if (node.op === 'value') checkLiteral(node.args)
  else if (node.op === 'id') checkName(node.args as string, at)
  else if (node.op === '.' || node.op === '[]') checkAccess(node, at)
  else if (node.op === 'call') checkCall(node.args as [string, Tree[]], at)
  else if (node.op === 'rcall') checkMethod(node.args as [string, Tree, Tree[]], at)
  else for (const operand of operandsOf(node)) walk(operand, at)
}

function operandsOf(node: Tree): readonly Tree[] {
  if (node.op === 'map') return (node.args as Tree[][]).flat()
  if (node.op === '!_' || node.op === '-_') return [node.args as Tree]
  if (node.op === 'list' || BINARY.has(node.op)) return node.args as Tree[]
  throw new ExpressionProblem(`"${node.op}" is not part of the expression language`)
}

function checkLiteral(value: unknown): void {
  if (value !== null && typeof value === 'object') {
    throw new ExpressionProblem(
      'bytes and unsigned literals have no JSON form',
      'Use a string or a plain number.',
    )
  }
}

function checkName(name: string, at: Walk): void {
  if (at.variables.has(name)) return
  if (isRoot(name))
    throw new ExpressionProblem(`"${name}" alone has no value`, `Name what is meant: ${name}.NAME.`)
  throw new ExpressionProblem(
    `nothing is called "${name}"`,
    `Values are reached by ${ROOTS.join('., ')}.; a "-" in a name is written "_"; text stands in quotes.`,
  )
}

/** The constant name of `.name` or `["name"]`; null for a computed index. */
function accessedName(node: Tree): string | null {
  const [, right] = node.args as [Tree, unknown]
  if (node.op === '.') return right as string
  const index = right as Tree
  return index.op === 'value' && typeof index.args === 'string' ? index.args : null
}

function checkAccess(node: Tree, at: Walk): void {
  const reference = referenceOf(node, at)
  if (reference !== null) {
    at.references.push(reference)
    return
  }
  const [left, right] = node.args as [Tree, unknown]
  const inner = left.op === '.' || left.op === '[]' ? referenceOf(left, at) : null
  const field = inner === null ? null : accessedName(node)
  if (inner !== null && field !== null) at.references.push({ ...inner, field })
  else walk(left, at)
  if (node.op === '[]') walk(right as Tree, at)
}

/** `root.name`, when the node is exactly that. */
function referenceOf(node: Tree, at: Walk): Reference | null {
  const [left] = node.args as [Tree, unknown]
  const root = left.op === 'id' ? (left.args as string) : null
  if (root === null || !isRoot(root) || at.variables.has(root)) return null
  const written = accessedName(node)
  if (written === null) {
    throw new ExpressionProblem(
      `the name after "${root}" is computed`,
      'Write the name itself: the graph must be known beforehand.',
    )
  }
  return { root, written, name: idOf(root, written), field: null }
}

function checkCall([name, args]: [string, Tree[]], at: Walk): void {
  if (!FUNCTIONS.has(name)) throw unknownCall(name, FUNCTIONS)
  if (name === 'has' && args[0]?.op !== '.') {
    throw new ExpressionProblem('has() asks about a path', 'Write has(steps.NAME.field).')
  }
  for (const arg of args) walk(arg, at)
}

function checkMethod([name, receiver, args]: [string, Tree, Tree[]], at: Walk): void {
  if (!METHODS.has(name)) throw unknownCall(name, METHODS)
  walk(receiver, at)
  if (!COMPREHENSIONS.has(name)) {
    for (const arg of args) walk(arg, at)
    return
  }
  const [variable, ...bodies] = args
  if (variable?.op !== 'id')
    throw new ExpressionProblem(`the first argument of ${name}() is a variable's name`)
  const variableName = variable.args as string
  if (isRoot(variableName)) throw new ExpressionProblem(`"${variableName}" cannot be a variable`)
  if (at.variables.size > 0) {
    throw new ExpressionProblem(
      `${name}() stands inside another walk of a list`,
      'Capture the inner one in a step of its own.',
    )
  }
  for (const body of bodies) walk(body, { ...at, variables: new Set([variableName]) })
}

function unknownCall(name: string, known: ReadonlySet<string>): ExpressionProblem {
  return new ExpressionProblem(`"${name}()" is not part of the expression language`, didYouMean(name, known))
}

function plainPath(node: Tree): readonly string[] | null {
  const names: string[] = []
  let at = node
  while (at.op === '.') {
    const [left, name] = at.args as [Tree, string]
    names.unshift(name)
    at = left
  }
  return at.op === 'id' && names.length > 0 ? [at.args as string, ...names] : null
}
