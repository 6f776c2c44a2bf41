export { containersSite } from './containers-site.ts'
