export { Clock, type ClockContract } from './clock.ts'
export { type CommandInput, type CommandResult, Commands, type CommandsContract } from './commands.ts'
export { FilePieces, type FileRange, PIECE_BYTES } from './file-pieces.ts'
export { type DirectoryEntry, type FileStat, FileSystem, type FileSystemContract } from './file-system.ts'
export { Host, type HostContract, type HostFacts } from './host.ts'
export { Http, type HttpContract, type HttpRequest, type HttpResponse } from './http.ts'
export { Log, type LogContract } from './log.ts'
export {
  type DownloadedObject,
  type ListedObject,
  type ObjectHead,
  type ObjectListing,
  ObjectStore,
  type ObjectStoreContract,
  type ObjectVersion,
} from './object-store.ts'
export { Random, type RandomContract } from './random.ts'
export { type ServiceStatus, Services, type ServicesContract } from './services.ts'
export { type Signed, Signer, type SignerContract } from './signer.ts'
export {
  Alerts,
  type AlertsContract,
  Dns,
  type DnsContract,
  Notifier,
  type NotifierContract,
  Traffic,
  type TrafficContract,
} from './surroundings.ts'
