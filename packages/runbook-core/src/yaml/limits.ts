/** Largest runbook or scenario file, bytes of UTF-8. */
export const DOCUMENT_BYTES_MAX = 1_048_576
/** Deepest nesting of lists and maps. */
export const DOCUMENT_DEPTH_MAX = 64
/** Most values in one document. */
export const DOCUMENT_VALUES_MAX = 200_000
