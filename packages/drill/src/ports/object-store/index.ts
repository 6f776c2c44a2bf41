export { type CredentialChain, credentialFinder, keysFromVariables, LOOPBACK_KEYS } from './credentials.ts'
export { isLoopback, isLoopbackHost, type StoreKeys, type StoreLocation, storeLocation } from './location.ts'
export { type ObjectStores, type ObjectStoresOptions, objectStores } from './object-store.ts'
export type { RequestCounts } from './request-counts.ts'
