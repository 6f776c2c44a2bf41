import { chmodSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { driveAsync, environment } from '@dr-drill/runbook-core'
import { nodeFileSystem } from '@dr-drill/simulator/server'
import { fileSystemConformance } from '../../conformance/file-system.conformance.ts'

fileSystemConformance('the disk of this host', () => {
  const root = mkdtempSync(join(tmpdir(), 'dr-drill-fs-'))
  chmodSync(root, 0o755)
  // Durability is not what this suite looks at, and hundreds of fsyncs would cost seconds.
  const files = nodeFileSystem({ root, durable: false })
  return {
    environment: environment({ FileSystem: files }),
    run: (task, ports) => driveAsync(task, ports),
    plantSymlink: (path, target) => symlinkSync(target, join(root, path)),
    dispose() {
      files.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
})
