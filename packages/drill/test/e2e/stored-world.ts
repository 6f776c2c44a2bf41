import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { SimulatedDisk } from '@dr-drill/simulator'

/** A directory of this machine as a simulated disk: what is done to it leaves the directory alone. */
export function diskOf(directory: string): SimulatedDisk {
  const disk = new SimulatedDisk()
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) disk.place(`/${relative(directory, path)}`, new Uint8Array(readFileSync(path)))
  }
  return disk
}

/** Writes everything on a simulated disk into a directory of this machine. */
export function writeDisk(disk: SimulatedDisk, directory: string, path = ''): void {
  mkdirSync(directory, { recursive: true })
  for (const { name, type } of disk.handlers().list({ path: path === '' ? '/' : path })) {
    if (type === 'directory') writeDisk(disk, join(directory, name), `${path}/${name}`)
    else {
      mkdirSync(dirname(join(directory, name)), { recursive: true })
      writeFileSync(join(directory, name), disk.pristine(`${path}/${name}`))
    }
  }
}
