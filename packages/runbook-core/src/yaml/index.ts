export { DOCUMENT_BYTES_MAX, DOCUMENT_DEPTH_MAX, DOCUMENT_VALUES_MAX } from './limits.ts'
export { loadRunbook } from './load-runbook.ts'
export { type ParsedDocument, parseDocument } from './parse.ts'
