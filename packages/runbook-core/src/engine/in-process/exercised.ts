import type { AnyAction } from '../../actions/index.ts'
import type { Exercised } from '../../journal/events.ts'

/** `recorded` for actions that call a port which this target only records, else the given. */
export function exercisedByPorts(otherwise: Exercised, recorders: ReadonlySet<string>) {
  return (action: AnyAction): Exercised =>
    action.ports.some((port) => recorders.has(port)) ? 'recorded' : otherwise
}
