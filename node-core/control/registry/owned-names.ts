/**
 * Whose a name is by its form, and which name is meant (docs/adr/0048). The first owner of `wiki` has it by
 * its short name, every other by a long one: `wiki-of-3f9a21c07b`, with the first digits of its owner's id.
 */
import type { OwnerId } from '../../identity/index.ts'
import { NAME_LENGTH_MAX, OWNER_DIGITS } from './limits.ts'

const LONG = new RegExp(`^(.+)-of-([0-9a-f]{${OWNER_DIGITS}})$`)

/** Whose a name is, ended workloads included; undefined: nobody's. */
export type OwnerOf = (name: string) => OwnerId | undefined

/** What nobody but `owner` can take. Undefined where the name is too long for it. */
export function longName(name: string, owner: OwnerId): string | undefined {
  const long = `${name}-of-${owner.slice(0, OWNER_DIGITS)}`
  return long.length <= NAME_LENGTH_MAX ? long : undefined
}

/** What its owner calls a long name, by its form; undefined for a name that is short. */
export function shortForm(name: string): string | undefined {
  return LONG.exec(name)?.[1]
}

/** Whether it is a long name of somebody else's. */
export function bearsAnother(name: string, owner: OwnerId): boolean {
  const digits = LONG.exec(name)?.[2]
  return digits !== undefined && !owner.startsWith(digits)
}

/** Of what is there already. */
export function nameMeant(said: string, owner: OwnerId, ownerOf: OwnerOf): string {
  return ownLong(said, owner, ownerOf) ?? asSaid(said, ownerOf)
}

/**
 * Of what is to be looked at or called. A name stays its owner's when its workload has ended, or when keys
 * alone are under it: one's own of which nothing is there hides no other's that is.
 */
export function nameThere(
  said: string,
  owner: OwnerId,
  { ownerOf, isThere }: { ownerOf: OwnerOf; isThere: (name: string) => boolean },
): string {
  const meant = nameMeant(said, owner, ownerOf)
  return meant !== said && !isThere(meant) && isThere(said) ? said : meant
}

/** Of what may have to be made: the owner's own. */
export function nameToWrite(said: string, owner: OwnerId, ownerOf: OwnerOf): string {
  const there = nameMeant(said, owner, ownerOf)
  const holder = ownerOf(there)
  // Whoever says the long form means that owner, and is refused where it is not theirs to write.
  if (holder === undefined || holder === owner || LONG.test(said)) return there
  return longName(said, owner) ?? there
}

function ownLong(said: string, owner: OwnerId, ownerOf: OwnerOf): string | undefined {
  const long = longName(said, owner)
  return long !== undefined && ownerOf(long) === owner ? long : undefined
}

function asSaid(said: string, ownerOf: OwnerOf): string {
  const [, short, digits] = LONG.exec(said) ?? []
  if (short === undefined || digits === undefined || ownerOf(said) !== undefined) return said
  return ownerOf(short)?.startsWith(digits) ? short : said
}
