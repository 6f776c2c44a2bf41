export { containersSite } from './containers-site.ts'
export { connectEngine } from './engine/connect.ts'
export { discardEnvironment } from './environment.ts'
