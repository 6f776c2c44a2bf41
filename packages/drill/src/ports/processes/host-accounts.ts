import { readFileSync } from 'node:fs'
import { OperatingError } from '@dr-drill/runbook-core'
import type { FindAccount } from './accounts.ts'

/** Finds accounts of this host, read anew each time: a run may make one. @throws capability-missing */
export const hostAccounts: FindAccount = (user, group) => {
  const entry = tableLine('/etc/passwd', user)
  const gid = group === null ? entry?.[3] : tableLine('/etc/group', group)?.[2]
  if (entry === null || gid === undefined || !/^\d+$/.test(gid)) {
    const missing = entry === null ? `user ${user}` : `group ${group}`
    throw new OperatingError('capability-missing', `this host has no ${missing}`, { subject: user })
  }
  return { uid: Number(entry[2]), gid: Number(gid) }
}

function tableLine(file: string, name: string): readonly string[] | null {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.map((line) => line.split(':')).find(([first]) => first === name) ?? null
}
