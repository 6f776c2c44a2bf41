import type { HostFacts, Unit } from '@dr-drill/runbook-core'
import { ReadOnly, type SimulatedDisk } from '../disk/index.ts'
import type { CrashOptions, MachineControl } from './contract.ts'
import type { Machine } from './machine.ts'
import { SimulatedService } from './service.ts'
import type { ManagerVerb } from './slow-requests.ts'
import type { DiskDevice } from './timed-files.ts'
import { SimulatedTimer } from './timer.ts'

/** What befalls one machine. */
export class MachineFaults implements MachineControl {
  readonly #machine: Machine
  #listeners: readonly ((what: string) => void)[] = []

  constructor(machine: Machine) {
    this.#machine = machine
    machine.clock.onRead = () => this.met('clock-read')
    machine.diskTime.onSlow = (path) => this.met(`disk-slow ${path}`)
  }

  get disk(): SimulatedDisk {
    return this.#machine.disk
  }

  /** Something that befell the machine was met. */
  met(what: string): void {
    for (const listener of this.#listeners) listener(what)
  }

  onMet(listener: (what: string) => void): void {
    this.#listeners = [...this.#listeners, listener]
  }

  stepClock(ms: number): void {
    this.#machine.clock.step(ms)
  }

  driftClock(partsPerMillion: number): void {
    this.#machine.clock.drift(partsPerMillion)
  }

  fillDisk(freeBytes: number): () => void {
    return this.disk.takeSpace(freeBytes, (path) => this.met(`disk-full ${path}`))
  }

  slowDisk(factor: number, device: DiskDevice = 'all'): () => void {
    return once(this.#machine.diskTime.slow(factor, device))
  }

  remountReadOnly(): () => void {
    const fault = new ReadOnly((path) => this.met(`write-refused ${path}`))
    this.disk.addFault(fault)
    return () => this.disk.removeFault(fault)
  }

  crashService(name: string, { restarts = false }: CrashOptions = {}): void {
    if (this.#machine.services.find(name)?.crash(restarts) === true) this.met(`service-crashed ${name}`)
  }

  hangService(name: string): () => void {
    return this.#change(name, (unit, isOn) => {
      if (!(unit instanceof SimulatedService)) return
      unit.isHung = isOn
      this.#machine.settle()
    })
  }

  failStarts(name: string, count: number): () => void {
    return this.#change(name, (unit, isOn) => {
      if (unit instanceof SimulatedService) unit.failingStarts = isOn ? count : 0
    })
  }

  failRuns(name: string, count: number): () => void {
    return this.#change(name, (unit, isOn) => {
      if (unit instanceof SimulatedService) unit.failingRuns = isOn ? count : 0
    })
  }

  stopTimer(name: string): () => void {
    return this.#change(name, (unit, isOn) => {
      if (unit instanceof SimulatedTimer) unit.isSilent = isOn
    })
  }

  resize(facts: Partial<HostFacts>): void {
    this.#machine.facts = { ...this.#machine.facts, ...facts }
  }

  runUnits(units: readonly Unit[], running: string): void {
    this.#machine.services.run(units, running)
  }

  slowManager(verb: ManagerVerb, ms: number, requests: number): () => void {
    return this.#machine.services.slow.next(verb, ms, requests)
  }

  losePower(downMs: number): void {
    if (this.#machine.losePower(downMs)) this.met('power-lost')
  }

  pause(ms: number): void {
    this.#machine.pause(ms)
    this.met('paused')
  }

  occupy(endpoint: string): () => void {
    return this.#machine.services.endpoints.occupy(endpoint)
  }

  /** Changes a unit now, or as soon as it is installed, until the function returned is called. */
  #change(name: string, set: (unit: SimulatedService | SimulatedTimer, isOn: boolean) => void): () => void {
    const { services } = this.#machine
    let isOn = true
    services.whenInstalled(name, (unit) => {
      if (isOn) set(unit, true)
    })
    return once(() => {
      isOn = false
      services.whenInstalled(name, (unit) => set(unit, false))
    })
  }
}

/** What was mended stays so: a second call changes nothing. */
function once(action: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    action()
  }
}
