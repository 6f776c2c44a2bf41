/** Largest runbook or scenario file, bytes of UTF-8: hostile text costs the parser up to 20 ms per KiB. */
export const DOCUMENT_BYTES_MAX = 262_144
/** Deepest nesting of lists and maps. */
export const DOCUMENT_DEPTH_MAX = 64
/** Most values in one document. */
export const DOCUMENT_VALUES_MAX = 200_000
