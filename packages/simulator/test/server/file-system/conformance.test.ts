import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { driveAsync, environment } from '@dr-drill/runbook-core'
import { nodeFileSystem } from '@dr-drill/simulator/server'
import { fileSystemConformance } from '../../conformance/file-system.conformance.ts'

fileSystemConformance('the host’s disk', () => {
  const parent = mkdtempSync(join(tmpdir(), 'dr-drill-conformance-'))
  const root = join(parent, 'root')
  mkdirSync(root, { mode: 0o755 })
  const files = nodeFileSystem({ root })
  return {
    environment: environment({ FileSystem: files }),
    run: (task, ports) => driveAsync(task, ports),
    plantSymlink: (path, target) => symlinkSync(target, join(root, path)),
    dispose() {
      files.close()
      rmSync(parent, { recursive: true, force: true })
    },
  }
})
