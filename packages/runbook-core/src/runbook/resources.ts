/** Scheme and name of a resource: `path:/srv/x` is ['path', '/srv/x']. */
export function splitResource(resource: string): readonly [string, string] {
  const colon = resource.indexOf(':')
  return [resource.slice(0, colon), resource.slice(colon + 1)]
}

/** True when one path is the other or lies below it. */
export function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`)
}
