/** Signals a process group that this process started (`detached: true`). False when nothing of it is left. */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal)
    return true
  } catch (thrown) {
    const errno = (thrown as NodeJS.ErrnoException).code
    if (errno === 'ESRCH') return false
    // Linux says EPERM for a group whose members have all become another user's: they are alive.
    if (errno === 'EPERM') return true
    throw thrown
  }
}
