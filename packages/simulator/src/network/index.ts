export type { LinkQuality, LinkTrouble, NetworkControl, Place } from './contract.ts'
export { Network, type NetworkOptions } from './network.ts'
export {
  type NetworkRoute,
  type SurroundingPorts,
  storeOverLinks,
  surroundingsOverLinks,
  type TransferredFiles,
} from './over-links.ts'
