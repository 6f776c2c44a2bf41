/** Places that talk to each other. */
export type Place =
  | 'recovery-host'
  | 'old-primary'
  | 'source'
  | 'archive'
  | 'dns'
  | 'balancer'
  | 'monitoring'
  | 'notifier'
  | 'clients'

/** What a link does to what is sent over it. */
export interface LinkQuality {
  readonly latencyMs: number
  readonly bytesPerSecond: number
  /** Requests of a thousand that are lost: the caller sees a reset connection. */
  readonly lostPerMille: number
}

/** What befalls the links between places. */
export interface NetworkControl {
  /** Changes the link from one place to another (and back, unless `oneWay`); the function returned restores it. */
  degrade(from: Place, to: Place, quality: Partial<LinkQuality>): () => void
  /** Nothing passes: requests wait until their timeout. `oneWay`: requests arrive and act, answers are lost. */
  partition(from: Place, to: Place, options?: { readonly oneWay?: boolean }): () => void
  /** Requests are held on the way, and delivered in order when released. */
  hold(from: Place, to: Place): () => void
  /** Called for each request that met a change made here, with what met it. */
  onMet(listener: (from: Place, to: Place, how: 'lost' | 'slowed' | 'partitioned' | 'held') => void): void
}
