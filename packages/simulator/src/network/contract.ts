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
  /** Of a request and its answer together. */
  readonly latencyMs: number
  /** Of real size: one byte of the world stands for many. */
  readonly bytesPerSecond: number
  /** Requests of a thousand that are lost: the caller sees a reset connection. One in two had arrived and acted. */
  readonly lostPerMille: number
}

/** How a request met a change of the link that it was sent over. */
export type LinkTrouble = 'lost' | 'slowed' | 'partitioned' | 'held'

/** What befalls the links between places. What lasts answers a function that ends it; called again, that changes nothing. */
export interface NetworkControl {
  /** Changes the link between two places, whoever calls. Of several changes each takes effect, the newest last. */
  degrade(from: Place, to: Place, quality: Partial<LinkQuality>): () => void
  /**
   * Nothing passes: requests wait until their caller has had enough, and what is under way stands still. `oneWay`: what `from` sends
   * arrives and acts, and nothing comes back from `to`.
   */
  partition(from: Place, to: Place, options?: { readonly oneWay?: boolean }): () => void
  /**
   * Requests are held on the way, and delivered in order when released: also those whose caller has given up meanwhile, and then
   * what they change is changed late.
   */
  hold(from: Place, to: Place): () => void
  /** Called for each request that met a change made here, with what met it. */
  onMet(listener: (from: Place, to: Place, how: LinkTrouble) => void): void
}
