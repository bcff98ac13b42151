/**
 * Whether one owner may have one row more of a table that all share. Whoever is alone has the half of it;
 * beyond that each has a share, so that nobody takes what the others need (docs/adr/0054).
 */
import { NAME_SHARE, OWNER_SHARE } from './limits.ts'
import type { Table } from './table.ts'

/** The version of the rules from which on tables are shared. */
const SHARED_SINCE = 7

export interface Taking {
  owner: string
  /** Where what runs under a name takes rows by itself: no more than the share of one name. */
  name?: string
  rowsMax: number
}

export function mayTake(
  { version }: { version: number },
  table: Pick<Table<object>, 'size' | 'ofOwner' | 'ofName'>,
  { owner, name, rowsMax }: Taking,
): boolean {
  if (table.size >= rowsMax) return false
  if (version < SHARED_SINCE || table.size < rowsMax / 2) return true
  if (name !== undefined && table.ofName(name) >= rowsMax / NAME_SHARE) return false
  return table.ofOwner(owner) < rowsMax / OWNER_SHARE
}
