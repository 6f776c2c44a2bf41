import { OperatingError } from '@dr-drill/runbook-core'
import { STEMEDB_PATHS, stemedbBackupFormat, stemedbLogFormat } from '@dr-drill/runbook-core/stemedb'
import type { MemoryStore } from './memory-store.ts'
import { checksums, freshDisk, Production, TRUST_KEY } from './production.ts'

const backups = stemedbBackupFormat({ checksums })
const log = stemedbLogFormat({ checksums })

/**
 * Restores what a store holds onto a fresh host, as simply as can be: newest usable backup, the archived log of its history after it,
 * placed byte for byte, engine started. Gives the keys that came back, by position. @throws when nothing is usable
 */
export function restore(store: MemoryStore): string[] {
  const host = new Production({ store: store.copy(), disk: freshDisk(), seed: 99 })
  const candidates = host.must(backups.list({ store: 'archive' }))
  for (const candidate of candidates) {
    const described = host.must(backups.describe({ store: 'archive', candidate, trustKey: TRUST_KEY }))
    if (described.kind === 'refused') continue
    const { files, history, stopPosition } = described.description
    for (const file of files) {
      if (file.role === 'metadata') continue
      const directory = file.role === 'log' ? STEMEDB_PATHS.wal : STEMEDB_PATHS.db
      host.disk.place(`${directory}/${file.path.split('/')[1]}`, store.objects.get(file.key)!)
    }
    const listed = host.must(log.list({ store: 'archive', trustKey: TRUST_KEY, after: stopPosition }))
    for (const segment of listed.segments) {
      if (segment.history !== history) continue
      host.disk.place(`${STEMEDB_PATHS.wal}/${segment.fileName}`, store.objects.get(segment.key)!)
    }
    host.start()
    return host.contents()
  }
  throw new OperatingError('backup-none-usable', 'no backup is usable')
}
