/** Reads of the registry, which may be of what this node has where no majority is in reach. */
export interface ReadFlags {
  stale?: boolean
}

export const STALE = 'what this node has now, which may be behind; works without a majority'

export function consistencyOf({ stale }: ReadFlags) {
  return stale ? { consistency: 'stale' as const } : {}
}
