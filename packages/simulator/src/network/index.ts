export type { LinkQuality, NetworkControl, Place } from './contract.ts'
