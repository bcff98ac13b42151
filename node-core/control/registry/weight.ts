/**
 * What the state weighs: no fewer bytes than its snapshot has, kept as rows come and go, in all and by
 * owner of the names that they stand under. From version 6 of the rules on what adds to it is refused
 * beyond a bound; what takes away, and what keeps the network itself going, never is (docs/adr/0054).
 */
import { OWNER_BYTES_MAX, STATE_BYTES_MAX } from './limits.ts'

/** The version of the rules from which on the whole state is bounded. */
export const WEIGHED_SINCE = 6

export interface Weight {
  readonly bytes: number
  /** Under the names of one owner. */
  of(owner: string): number
  /** By how much something grew or shrank; under which name, where it is charged to who has that. */
  change(bytes: number, name?: string): void
}

export function createWeight(ownerOf: (name: string) => string | undefined): Weight {
  const byOwner = new Map<string, number>()
  let all = 0
  return {
    get bytes() {
      return all
    },
    of: (owner) => byOwner.get(owner) ?? 0,
    change(bytes, name) {
      if (bytes === 0) return
      all += bytes
      if (name === undefined) return
      const owner = ownerOf(name) ?? ''
      byOwner.set(owner, (byOwner.get(owner) ?? 0) + bytes)
    },
  }
}

/**
 * Whether the state may grow by so much, under a name of `owner` where there is one. How much a command
 * adds need not be exact: what it has added counts for the next.
 */
export function mayGrow(
  { version, weight }: { version: number; weight: Weight },
  bytes: number,
  owner?: string,
): boolean {
  if (version < WEIGHED_SINCE || bytes <= 0) return true
  if (weight.bytes + bytes > STATE_BYTES_MAX) return false
  return owner === undefined || weight.of(owner) + bytes <= OWNER_BYTES_MAX
}
