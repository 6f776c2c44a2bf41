export { objectStoreHandlers } from './object-store-handlers.ts'
export type { ObjectStoreOptions, StoreBinding } from './stores.ts'
