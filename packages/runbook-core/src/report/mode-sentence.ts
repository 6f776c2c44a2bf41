/** The sentence that begins every output (contracts.md, "What is drilled"). */
export function modeSentence(mode: 'rehearsal' | 'drill' | 'recovery', target: string): string {
  if (mode === 'rehearsal') return 'REHEARSAL on generated data: nothing of yours was restored.'
  if (mode === 'drill') return 'DRILL on your backups in a sandbox: production was not touched.'
  return `RECOVERY of ${hostOf(target)}: this changes a real machine.`
}

/** `ssh://user@host:22/path` is `host` to a person. */
function hostOf(target: string): string {
  const host = /^[a-z]+:\/\/(?:[^/@]*@)?([^/:]+)/.exec(target)?.[1] ?? target
  return host === 'host' || host === 'local' ? 'this host' : host
}
