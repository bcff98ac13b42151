/**
 * Room for a slot that found none: what counts less gives its own (docs/adr/0039). Every step goes from
 * what counts more to what counts less, in an order without circles, so it comes to an end.
 */
import type { NodeId } from '../../base/net/index.ts'
import { type Amounts, amountsOf, keepsData, type Rank, type Slot } from '../spec/index.ts'
import { type Crowding, compareCrowding, crowdingOf } from './choosing.ts'
import { compare, isSound } from './holders.ts'
import type { PlacementNode } from './index.ts'
import { rendezvousScore } from './rendezvous.ts'
import {
  assignedNode,
  type Occupant,
  promise,
  type Ranked,
  release,
  type Seat,
  type Table,
} from './table.ts'

/** Among one owner's own by what the owner says; among all by what counts there. */
function outranks(one: Ranked, other: Ranked): boolean {
  if (one.desired.owner === other.desired.owner) return one.rank[1] > other.rank[1]
  return one.rank[0] > other.rank[0]
}

/** Whatever outranks another comes before it. */
export function compareRanked(a: Ranked, b: Ranked): number {
  return -compareRanks(a.rank, b.rank) || compare(a.desired.workload.name, b.desired.workload.name)
}

function compareRanks(a: Rank, b: Rank): number {
  return a[0] - b[0] || a[1] - b[1]
}

export interface Cleared {
  node: NodeId
  /** Something that runs has to end first. */
  waits: boolean
  /** It goes on until the node has all else that the slot needs. */
  prepares: boolean
}

/**
 * A node on which enough counts less, chosen so that the least is lost: what keeps data, or runs to its
 * end, only where nothing else makes room; then the lowest; then the fewest. What has to go is marked.
 */
export function displace(table: Table, ranked: Ranked, slot: Slot): Cleared | undefined {
  const { workload } = ranked.desired
  const { nodes, given } = placesFor(table, ranked, slot)
  const crowding = crowdingOf(table, workload)
  for (const sparing of [true, false]) {
    const offers = nodes.flatMap((node): Offer[] => {
      const victims = victimsOn(table, node, ranked, slot, sparing)
      if (!victims) return []
      const ranks = victims.map(({ rank }) => rank).sort(compareRanks)
      const highest = ranks.at(-1) ?? ranked.rank
      const isElsewhere = node.id === given ? 0 : 1
      return [{ node, victims, highest, isElsewhere, crowding: crowding(node) }]
    })
    const [offer] = offers.sort((a, b) => compareOffers(a, b, slot))
    if (offer) return clearFor(table, ranked, slot, offer)
  }
  return undefined
}

/** Nodes on which room may be made for a slot, and the one that it was given or is coming up on. */
export function placesFor(
  table: Table,
  { desired: { workload } }: Ranked,
  slot: Slot,
): { nodes: readonly PlacementNode[]; given: NodeId | undefined } {
  const assigned = assignedNode(table, slot)
  const given = assigned?.id ?? table.coming.get(slot)?.[0]?.node
  const isBound = table.committed.bound.has(workload.name)
  return { nodes: isBound ? (assigned ? [assigned] : []) : table.nodes, given }
}

/** What serves there ends only for what has all else that it needs. */
export function clearFor(table: Table, ranked: Ranked, slot: Slot, offer: Offer): Cleared {
  table.displaces.set(
    slot,
    offer.victims.map((one) => one.slot),
  )
  const here = table.coming.get(slot)?.find((one) => one.node === offer.node.id)
  const isFree = !here && offer.victims.every(({ seat }) => !(seat && holderOf(seat)))
  const isReady = here?.awaitsRoom === 'ready'
  const { name } = ranked.desired.workload
  if (isFree || isReady) return clear(table, offer, name)
  return keepForNow(table, offer, { name, isStuck: here?.reason !== undefined })
}

export interface Offer {
  node: PlacementNode
  victims: Occupant[]
  highest: Rank
  isElsewhere: number
  crowding: Crowding
}

export function compareOffers(a: Offer, b: Offer, slot: Slot): number {
  return (
    // The word that was given stands: two rounds must not clear two nodes.
    a.isElsewhere - b.isElsewhere ||
    compareRanks(a.highest, b.highest) ||
    a.victims.length - b.victims.length ||
    compareCrowding(a.crowding, b.crowding) ||
    compare(rendezvousScore(b.node.id, slot), rendezvousScore(a.node.id, slot))
  )
}

/** Who would have to go, the fewest that will do; undefined where it would not do. */
function victimsOn(
  table: Table,
  node: PlacementNode,
  ranked: Ranked,
  slot: Slot,
  sparing: boolean,
): Occupant[] | undefined {
  const refusal = table.ledger.refusal(node, slot, ranked.desired.workload)
  if (refusal !== 'CPU_FULL' && refusal !== 'MEMORY_FULL') return undefined
  const candidates = (table.occupants.get(node.id) ?? [])
    .filter((one) => outranks(ranked, one) && mayGo(one) && !(sparing && isDear(one)))
    .filter((one) => !one.awaitedBy?.has(ranked.desired.workload.name))
    .sort(
      (a, b) => compareRanks(a.rank, b.rank) || costOf(a) - costOf(b) || compare(a.slot, b.slot),
    )
  const missing = table.ledger.missing(node, ranked.desired.workload)
  const spare = new Map(table.spare)
  const picked: Occupant[] = []
  for (const one of candidates) {
    if (isEnough(picked, missing)) break
    if (takeSpare(spare, one)) picked.push(one)
  }
  if (!isEnough(picked, missing)) return undefined
  // What turned out not to be needed stays, what counts most first.
  for (const one of picked.toReversed()) {
    const without = picked.filter((other) => other !== one)
    if (isEnough(without, missing)) picked.splice(picked.indexOf(one), 1)
  }
  return picked
}

function isEnough(victims: readonly Occupant[], missing: Amounts): boolean {
  const sum = { cpuMillis: 0, memoryBytes: 0 }
  for (const { desired } of victims) {
    const { cpuMillis, memoryBytes } = amountsOf(desired.workload, 'requests')
    sum.cpuMillis += cpuMillis
    sum.memoryBytes += memoryBytes
  }
  return sum.cpuMillis >= missing.cpuMillis && sum.memoryBytes >= missing.memoryBytes
}

/** Not what is on the move: its end is decided by that. */
function mayGo({ seat }: Occupant): boolean {
  return seat !== undefined && (seat.keeper === undefined || seat.leaving.length === 0)
}

function isDear({ desired: { workload }, seat }: Occupant): boolean {
  if (!seat || !holderOf(seat)) return false
  return keepsData(workload) || workload.job !== undefined
}

/** What only waits for its start loses nothing, what does not serve loses little. */
function costOf({ seat }: Occupant): number {
  const holder = seat && holderOf(seat)
  if (!holder) return 0
  return isSound(holder) ? 2 : 1
}

export function hasSpareFor({ spare }: Table, one: Occupant): boolean {
  return takeSpare(new Map(spare), one)
}

function takeSpare(spare: Map<string, number>, { desired, seat }: Occupant): boolean {
  const { name } = desired.workload
  const left = spare.get(name)
  const holder = seat && holderOf(seat)
  if (left === undefined || !holder || !isSound(holder)) return true
  if (left === 0) return false
  spare.set(name, left - 1)
  return true
}

function holderOf({ keeper, incumbent }: Seat) {
  return keeper ?? incumbent
}

function clear(table: Table, { node, victims }: Offer, forWorkload: string): Cleared {
  let waits = false
  for (const victim of victims) {
    const { seat } = victim
    takeSpare(table.spare, victim)
    release(table, node.id, victim)
    if (!seat) continue
    const holder = holderOf(seat)
    if (holder) {
      // Nothing counts more than what stands in for it: fewer are wanted.
      const isOwn = holder.workload === forWorkload
      table.surplus.set(holder.id, isOwn ? 'SCALED_DOWN' : 'DISPLACED')
      seat.displaced = true
      waits = true
    }
    seat.keeper = undefined
    seat.incumbent = undefined
    seat.appointed = undefined
  }
  return { node: node.id, waits, prepares: false }
}

/**
 * Those who would have to go give nothing yet, nor of their budget. Nobody else is promised theirs while
 * it comes; what has said why it does not (`isStuck`) keeps that from its own other copies alone.
 */
function keepForNow(
  table: Table,
  { node, victims }: Offer,
  { name, isStuck }: { name: string; isStuck: boolean },
): Cleared {
  for (const victim of victims) {
    if (isStuck) victim.awaitedBy = new Set([...(victim.awaitedBy ?? []), name])
    else promise(table, node.id, victim)
  }
  return { node: node.id, waits: true, prepares: true }
}

/** Whether there is no room, and would be but for what counts more. */
export function isOutranked(table: Table, node: PlacementNode, ranked: Ranked): boolean {
  const missing = table.ledger.missing(node, ranked.desired.workload)
  if (isEnough([], missing)) return false
  const above = (table.occupants.get(node.id) ?? []).filter((one) => outranks(one, ranked))
  return isEnough(above, missing)
}
