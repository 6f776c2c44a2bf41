import { driveSync, environment } from '@dr-drill/runbook-core'
import { SimulatedDisk } from '@dr-drill/simulator'
import { fileSystemConformance } from '../conformance/file-system.conformance.ts'

fileSystemConformance('the simulated disk', () => {
  const disk = new SimulatedDisk()
  return {
    environment: environment({ FileSystem: disk.handlers() }),
    async run(task, ports) {
      const exit = driveSync(task, ports)
      if (exit === null) throw new Error('nothing crashes here')
      return exit
    },
    plantSymlink: (path, target) => disk.plantSymlink(path, target),
    dispose() {},
  }
})
