import type { History } from './histories.ts'

/** The oracle written down the plainest way, everything in memory: what the real one must agree with. */
export function naiveComparison({ ledger, readback }: History) {
  const keys = new Set([...ledger, ...readback].map((line) => line.key))
  const acknowledged: { key: string; at: number; position: number; lost: boolean; whole: boolean }[] = []
  const counts = { altered: 0, duplicated: 0, unexpected: 0, submittedOnlyReturned: 0 }
  for (const key of keys) {
    const lines = ledger.filter((line) => line.key === key)
    const copies = readback.filter((record) => record.key === key)
    counts.duplicated += Math.max(0, copies.length - 1)
    const ack = lines.find((line) => line.op === 'acknowledged')
    if (ack?.op === 'acknowledged') {
      const right = copies.every((copy) => copy.digest === ack.digest)
      const lost = copies.length === 0
      acknowledged.push({ key, at: ack.at, position: Number(ack.position), lost, whole: !lost && right })
      if (!right) counts.altered += 1
      continue
    }
    if (copies.length === 0) continue
    const submitted = lines.filter((line) => line.op === 'submitted')
    const open = submitted.length > lines.filter((line) => line.op === 'failed').length
    if (!open) counts.unexpected += 1
    else if (
      copies.every((copy) => submitted.some((line) => line.op === 'submitted' && line.digest === copy.digest))
    )
      counts.submittedOnlyReturned += 1
    else counts.altered += 1
  }
  const lost = acknowledged.filter((one) => one.lost)
  const returned = acknowledged.filter((one) => !one.lost)
  const missingAt = acknowledged.filter((one) => !one.whole).map((one) => one.at)
  const oldestMissingAt = missingAt.length === 0 ? null : Math.min(...missingAt)
  const covered = acknowledged.filter(
    (one) => one.whole && (oldestMissingAt === null || one.at < oldestMissingAt),
  )
  return {
    ...counts,
    acknowledged: acknowledged.length,
    recovered: acknowledged.filter((one) => one.whole).length,
    lost: lost.length,
    lostIsTail: lost.every((gone) => returned.every((there) => there.position < gone.position)),
    oldestMissingAt,
    recoveryPointAt: covered.length === 0 ? null : Math.max(...covered.map((one) => one.at)),
  }
}
