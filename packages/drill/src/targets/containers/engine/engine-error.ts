import { OperatingError } from '@dr-drill/runbook-core'

/** What a task gives; what the engine, or the library that speaks to it, throws is told as what the environment lacks. */
export async function askingEngine<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (thrown) {
    if (thrown instanceof OperatingError) throw thrown
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new OperatingError('environment-lacking', `the container engine: ${why.trim().split('\n')[0]}`, {
      subject: 'docker',
      hint: 'Look at the engine (docker ps -a, docker logs), then try again; `drill doctor --target containers` checks it.',
      cause: thrown,
    })
  }
}
