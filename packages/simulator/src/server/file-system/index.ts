export type { Accounts } from './accounts.ts'
export { type NodeFileSystem, type NodeFileSystemOptions, nodeFileSystem } from './node-file-system.ts'
