export { calendarOf } from './calendar.ts'
export { renderUnit } from './render-unit.ts'
export { type SystemdOptions, systemdServices } from './systemd-services.ts'
