import { readFileSync } from 'node:fs'
import { OperatingError } from '@dr-drill/runbook-core'

/** Names of users and groups and their ids. */
export interface Accounts {
  readonly users: Readonly<Record<string, number>>
  readonly groups: Readonly<Record<string, number>>
}

/** Translates between names and ids; what the host has no name for stands as its decimal id. */
export interface AccountNames {
  userName(uid: number): string
  groupName(gid: number): string
  /** @throws environment-lacking when there is no such account */
  userId(name: string): number
  /** @throws environment-lacking when there is no such group */
  groupId(name: string): number
}

/** The host's accounts, read once when first needed, with `extra` names before them. */
export function accountNames(extra: Accounts = { users: {}, groups: {} }): AccountNames {
  let users: Map<string, number> | null = null
  let groups: Map<string, number> | null = null
  const allUsers = () => {
    users ??= new Map([...readTable('/etc/passwd'), ...Object.entries(extra.users)])
    return users
  }
  const allGroups = () => {
    groups ??= new Map([...readTable('/etc/group'), ...Object.entries(extra.groups)])
    return groups
  }
  return {
    userName: (uid) => nameOf(allUsers(), uid),
    groupName: (gid) => nameOf(allGroups(), gid),
    userId: (name) => idOf(allUsers(), name, 'user'),
    groupId: (name) => idOf(allGroups(), name, 'group'),
  }
}

function readTable(file: string): Map<string, number> {
  const table = new Map<string, number>()
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return table // A bare root has no account files: ids stand for themselves.
  }
  for (const line of text.split('\n')) {
    const [name, , id] = line.split(':')
    if (name && id && /^\d+$/.test(id) && !table.has(name)) table.set(name, Number(id))
  }
  return table
}

function nameOf(table: Map<string, number>, id: number): string {
  // The last entry wins, so that extra names are preferred to the host's.
  let found: string | null = null
  for (const [name, value] of table) if (value === id) found = name
  return found ?? String(id)
}

function idOf(table: Map<string, number>, name: string, kind: string): number {
  const id = table.get(name)
  if (id !== undefined) return id
  if (/^\d{1,10}$/.test(name)) return Number(name)
  throw new OperatingError('environment-lacking', `this host has no ${kind} named ${name}`, { subject: name })
}
