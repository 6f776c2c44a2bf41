/** What befalls the things around a host: names, balancer, monitoring, people. What lasts answers a function that ends it. */
export interface SurroundingsControl {
  /** The next `count` updates of the zone are refused; Infinity: all. */
  refuseDnsUpdates(count: number): () => void
  /** Updates are acknowledged and never happen. */
  swallowDnsUpdates(): () => void
  /** One resolver keeps what it has cached for so much longer than the TTL says. */
  keepStaleDns(resolver: string, extraMs: number): () => void
  /** The next `count` changes of a pool are refused. */
  refuseRouting(count: number): () => void
  /** The balancer says yes and goes on sending clients to the old backend. */
  swallowRouting(): () => void
  /** An alert fires from now on. */
  fireAlert(name: string): () => void
  /** Monitoring does not see the restored server for so long. */
  blindMonitoring(ms: number): () => void
  /** The next `count` notices are not accepted. */
  refuseNotices(count: number): () => void
  /** Who approves takes so long; null: never answers. */
  delayApprovals(ms: number | null): () => void
  /**
   * Called with a word for each thing that met a change made here: `dns-refused`, `dns-swallowed`, `dns-stale RESOLVER`,
   * `route-refused`, `route-swallowed`, `alert-seen NAME`, `monitoring-blind`, `notice-refused`, `approval-late`.
   */
  onMet(listener: (what: string) => void): void
}
