/** Requests that reached a store, by kind: I11 demands that a drilled source sees no `other`. */
export interface RequestCounts {
  get: number
  head: number
  list: number
  other: number
}

/** Counts of a store that has seen nothing. */
export const noRequests = (): RequestCounts => ({ get: 0, head: 0, list: 0, other: 0 })

/** Counts one HTTP request; a GET of the bucket itself is a listing. */
export function countRequest(counts: RequestCounts, method: string, isListing: boolean): void {
  if (method === 'GET') counts[isListing ? 'list' : 'get'] += 1
  else if (method === 'HEAD') counts.head += 1
  else counts.other += 1
}
