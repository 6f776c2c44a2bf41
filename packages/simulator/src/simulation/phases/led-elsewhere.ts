import type { Json, QualifiedRunbook } from '@dr-drill/runbook-core'
import type { Surroundings } from '../../surroundings/index.ts'

const HOST = 'recovery-host'

/**
 * Where clients are led elsewhere than to the restored server, in words: the pools and names that a runbook has as its parameters, against
 * what balancer and zone hold, and what every resolver answers (`heldBy`, where that is known of another instant). A runbook without them leads nobody anywhere.
 */
export function ledElsewhere(
  { parameters }: QualifiedRunbook,
  around: Surroundings,
  heldBy: (name: string) => readonly string[] = (name) => around.names.addressesOf(name),
): readonly string[] {
  const given = (name: string): Json | undefined => parameters.find((one) => one.name === name)?.value
  const [pool, name, ttlMs] = [given('pool'), given('dns-name'), given('dns-ttl')]
  const astray: string[] = []
  if (typeof pool === 'string') {
    const backend = around.balancer.destinationOf(pool)
    if (backend !== HOST) astray.push(`pool ${pool} leads to ${backend}`)
  }
  if (typeof name === 'string') {
    const zone = around.names.recordOf(name)
    const others = heldBy(name).filter((address) => address !== HOST)
    if (zone.address !== HOST) astray.push(`name ${name} leads to ${zone.address}`)
    else if (others.length > 0) astray.push(`resolvers still lead ${name} to ${others.join(', ')}`)
    else if (typeof ttlMs === 'number' && zone.ttlMs !== ttlMs)
      astray.push(`name ${name} is held for ${zone.ttlMs} ms, not for ${ttlMs} ms`)
  }
  return astray
}
