export { type OpenedSegment, readSegment } from './read-segment.ts'
export { scanSegment } from './scan-segment.ts'
