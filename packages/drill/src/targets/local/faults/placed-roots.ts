import type { ActionRegistry, Json, QualifiedRunbook, RunEvent, RunRecord } from '@dr-drill/runbook-core'

const PATH = 'path:'

/** Remembers, by what steps that place files declare, which directories the run has put files into. */
export class PlacedRoots {
  readonly #kinds: ReadonlyMap<string, string>
  readonly #actions: ActionRegistry
  readonly #roots = new Set<string>()

  /** `record`: what an earlier process of the run did. */
  constructor(runbook: QualifiedRunbook, actions: ActionRegistry, record: RunRecord | null) {
    this.#actions = actions
    const placing = runbook.steps.filter(({ action }) => actions.get(action.kind)?.traits.includes('places'))
    this.#kinds = new Map(placing.map(({ id, action }) => [id, action.kind]))
    for (const { id } of placing) {
      const input = record?.steps.get(id)?.input
      if (input !== undefined && input !== null) this.#add(id, input)
    }
  }

  observe(event: RunEvent): void {
    if (event.type === 'step-started') this.#add(event.step, event.input)
  }

  get roots(): readonly string[] {
    return [...this.#roots]
  }

  #add(step: string, input: Json): void {
    const action = this.#actions.get(this.#kinds.get(step) ?? '')
    const parsed = action?.input.safeParse(input)
    if (action === null || action === undefined || parsed?.success !== true) return
    for (const written of action.effects(parsed.data).writes) {
      if (written.startsWith(PATH)) this.#roots.add(written.slice(PATH.length))
    }
  }
}
