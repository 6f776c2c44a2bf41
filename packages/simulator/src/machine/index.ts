export type { MachineControl } from './contract.ts'
export { type ServiceEnvironments, ServiceManager, type ServiceManagerOptions } from './service-manager.ts'
