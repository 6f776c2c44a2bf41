export { nativeChecksums } from './checksums.ts'
export {
  type Accounts,
  type NodeFileSystem,
  type NodeFileSystemOptions,
  nodeFileSystem,
} from './file-system/index.ts'
