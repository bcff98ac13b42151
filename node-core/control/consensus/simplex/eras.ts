/**
 * Epochs of an era that an admin's mandate began (docs/adr/0016). They are in a range of that mandate's
 * own, above all of the eras before: a vote names its epoch, so what was said under one mandate can
 * neither count under another nor be held against its author there.
 */
import { assert } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import { EPOCHS_PER_MANDATE, ERAS_MAX, MANDATES_PER_ERA } from './limits.ts'
import type { Epoch } from './numbering.ts'
import { type Committee, createCommittee } from './quorum.ts'

/** The first committee of an era. `mandate` is the hex of its hash: two of one era share no epoch. */
export function foundingCommitteeOf(
  era: number,
  mandate: string,
  voters: readonly NodeId[],
): Committee {
  assert(era > 0 && era < ERAS_MAX, 'There are not so many eras.')
  const own = Number.parseInt(mandate.slice(0, 8), 16) % MANDATES_PER_ERA
  // The one before it is the foundation's: the block that brings this committee (`salvage.ts`).
  const epoch = ((era * MANDATES_PER_ERA + own) * EPOCHS_PER_MANDATE + 1) as Epoch
  const committee = createCommittee(epoch, { voters, learners: [] }, () => FIRST_STANDING)
  assert(committee, 'A mandate names who goes on.')
  return committee
}

/** How many committees there were before it in its era. */
export function epochInEra(epoch: number): number {
  return epoch % EPOCHS_PER_MANDATE
}

export function isOfOneMandate(one: Epoch, other: Epoch): boolean {
  return Math.floor(one / EPOCHS_PER_MANDATE) === Math.floor(other / EPOCHS_PER_MANDATE)
}

/** Whoever goes on alone; the next committee is by the registry's word. */
const FIRST_STANDING = { weight: 1, trust: 1 }
