import { OperatingError } from '@dr-drill/runbook-core'
import type { Node } from './node.ts'

/** The account that acts on a disk. The first group is its primary one: new files get it. */
export interface Actor {
  readonly user: string
  readonly groups: readonly [string, ...string[]]
}

/** The superuser: no mode stops it. */
export const ROOT: Actor = { user: 'root', groups: ['root'] }

/** What an actor may want of a node. */
export type Right = 'read' | 'write' | 'search'

const BITS: Readonly<Record<Right, number>> = { read: 4, write: 2, search: 1 }

/** True when the actor has the right on the node: the bits of the owner, else of the group, else of everybody. */
export function may(actor: Actor, node: Node, right: Right): boolean {
  if (actor.user === ROOT.user) return true
  const { mode, owner, group } = node.attributes
  const shift = owner === actor.user ? 6 : actor.groups.includes(group) ? 3 : 0
  return ((mode >> shift) & BITS[right]) !== 0
}

/** @throws permission-denied */
export function demand(actor: Actor, node: Node, right: Right, path: string): void {
  if (!may(actor, node, right)) throw denied(actor, `may not ${right}`, path)
}

/** @throws permission-denied unless the actor owns the node or is root */
export function demandOwnership(actor: Actor, node: Node, path: string): void {
  if (actor.user !== ROOT.user && node.attributes.owner !== actor.user) {
    throw denied(actor, 'does not own', path)
  }
}

/** The error of an actor that lacks a right. */
export function denied(actor: Actor, what: string, path: string): OperatingError {
  return new OperatingError('permission-denied', `${actor.user} ${what} ${path}`, { subject: path })
}
