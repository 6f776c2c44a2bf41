export { REPORT_FILES, writeReports } from './write-reports.ts'
