import {
  Alerts,
  Call,
  Clock,
  Commands,
  Dns,
  FileSystem,
  Host,
  Http,
  ObjectStore,
  OperatingError,
  Services,
  type Task,
  Traffic,
} from '@dr-drill/runbook-core'
import { fromWire, toWire } from '../protocol/wire-values.ts'

/** Ports that a runner may ask through an agent. */
const PORTS = [Alerts, Clock, Commands, Dns, FileSystem, Host, Http, ObjectStore, Services, Traffic]
const METHODS: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map(
  PORTS.map((port) => [port.$id, port.$methods]),
)

/** Performs one call of a port that only reads, input and output as they cross the wire. @throws agent-invalid for any other */
export function* readCall(call: {
  readonly port: string
  readonly method: string
  readonly input?: unknown
}): Task<unknown> {
  const methods = METHODS.get(call.port)
  if (methods === undefined || !Object.hasOwn(methods, call.method) || methods[call.method] !== 'read') {
    throw new OperatingError('agent-invalid', 'a runner may ask ports of an agent only what reads')
  }
  return toWire(yield* new Call<unknown>(call.port, call.method, 'read', fromWire(call.input)))
}
