const KNOWN = ['DOCKER_HOST', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY', 'DOCKER_CONTEXT', 'HOME', 'PATH']

/** What the engine's command-line client needs of this process's environment, and nothing else of it. */
export function engineClient(): Record<string, string> {
  return Object.fromEntries(
    KNOWN.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
