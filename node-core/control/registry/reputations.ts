/**
 * What owners' nodes saw of others' (docs/adr/0051): how far instances were kept up as promised. Whoever
 * had work there may say so, once an hour of the log's time; the arithmetic is `economy/reputation`'s.
 */
import { z } from 'zod'
import type { NodeId } from '../../base/net/index.ts'
import {
  ACCEPTABLE_PPM,
  caught,
  figureAt,
  hourOf,
  observed,
} from '../../economy/reputation/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { Assignment } from './assignments.ts'
import { type Author, isAdmin, permissionsOf, registeredNode } from './authors.ts'
import { kind } from './kind.ts'
import {
  OBSERVATIONS_MAX,
  OBSERVED_HOURS,
  OBSERVERS_MAX,
  ROW_ROOM_BYTES,
  WITNESS_HOURS,
} from './limits.ts'
import { done, refuse } from './refusals.ts'
import { type Observation, type Observed, ppm } from './reputation-table.ts'
import { name, nodeId } from './shapes.ts'
import type { State } from './state.ts'
import { mayGrow } from './weight.ts'

/** The version of the rules from which on reputations are kept. */
const SINCE = 5
/** From which on it counts who placed the work, and one word alone takes nobody's weight away. */
const BOUNDED_SINCE = 6

/**
 * By a node, of the owner of another one to which the voters gave a workload of its owner's, or did so
 * within the last hours: how much of what was looked at ran as promised. Value: `{ reputation }`, the figure now.
 */
export const observe = kind(
  SINCE,
  z.strictObject({ node: nodeId, workload: name, ppm }),
  (state, author, { node, workload, ppm }) => {
    if (author.node === undefined) return refuse('FORBIDDEN')
    const subject = registeredNode(state, node)
    if (!subject) return refuse('NOT_FOUND')
    const { owner } = subject
    if (subject.removed || typeof permissionsOf(state, owner) === 'string') return refuse('REMOVED')
    if (owner === author.owner) return refuse('OWN_REPUTATION')
    if (reputationOf(state, author.owner) < ACCEPTABLE_PPM) return refuse('NO_WEIGHT')
    const key = observationKey(owner, author.owner)
    const held = state.reputations.observations.get(key)
    if (!isWitness(state, author, { node, workload, held })) return refuse('NOT_WITNESSED')
    const hour = hourNow(state)
    if (held?.said?.hour === hour) return refuse('EXISTS', { hour })
    if (!held && !makeRoom(state, owner)) return refuse('LIMIT_REACHED')
    state.reputations.observations.set(key, { ...held, said: { hour, ppm } })
    const { table } = state.reputations
    const bounded = tellsOwners(state) && !isAdmin(author)
    table.set(owner, observed(table.get(owner), hour, ppm, { bounded }))
    return done({ reputation: reputationOf(state, owner) })
  },
)

/** Parts per million. */
export function reputationOf(state: State, owner: OwnerId): number {
  return figureAt(state.reputations.table.get(owner), hourNow(state))
}

/** A lie that was proven of one of its nodes. */
export function lowerForLie(state: State, node: NodeId): void {
  const owner = state.nodes.table.get(node)?.owner
  if (state.version < SINCE || owner === undefined) return
  const { table } = state.reputations
  table.set(owner, caught(table.get(owner), hourNow(state)))
}

/**
 * A slot is taken from a node. What failed is placed anew within a minute, long before anybody has told
 * of that hour.
 */
export function rememberWork(state: State, workload: string, held: Assignment): void {
  if (state.version < SINCE || held.byOwner) return
  const { node } = held
  const observer = state.names.table.get(workload)?.owner
  const owner = registeredNode(state, node)?.owner
  if (observer === undefined || owner === undefined || owner === observer) return
  const key = observationKey(owner, observer)
  const known = state.reputations.observations.get(key)
  const endedHour = hourNow(state)
  if (known?.endedHour === endedHour || (!known && !makeRoom(state, owner))) return
  state.reputations.observations.set(key, { ...known, endedHour })
}

/** Whether what owners assign themselves is told from what the voters placed. */
export function tellsOwners(state: State): boolean {
  return state.version >= BOUNDED_SINCE
}

/** Those who said something of an owner, by their ids. */
export function observationsOf(state: State, owner: OwnerId): [OwnerId, Observed][] {
  const rows = state.reputations.observations.page(`${owner}/`, { limit: OBSERVERS_MAX })
  const hour = hourNow(state)
  return rows.flatMap(([key, { said }]): [OwnerId, Observed][] => {
    if (!said || hour - said.hour > OBSERVED_HOURS) return []
    return [[key.slice(owner.length + 1) as OwnerId, said]]
  })
}

/** Whether anybody's figure may be another than where everybody begins. */
export function isReputationHeld(state: State): boolean {
  return state.reputations.table.size > 0
}

interface Witnessed {
  node: NodeId
  workload: string
  held: Observation | undefined
}

function isWitness(state: State, author: Author, { node, workload, held }: Witnessed): boolean {
  const isIts = state.names.table.get(workload)?.owner === author.owner
  if (isIts && state.assignments.isPlaced(workload, node)) return true
  return held?.endedHour !== undefined && hourNow(state) - held.endedHour <= WITNESS_HOURS
}

/** Of one owner, whoever was silent for longest; nobody who has spoken in this hour. */
function makeRoom(state: State, owner: OwnerId): boolean {
  const { observations } = state.reputations
  if (!mayGrow(state, ROW_ROOM_BYTES)) return false
  const hour = hourNow(state)
  const rows = observations
    .page(`${owner}/`, { limit: OBSERVERS_MAX })
    .map(([key, row]): [string, number] => [key, latestIn(row)])
  const old = rows.filter(([, latest]) => hour - latest > OBSERVED_HOURS)
  for (const [key] of old) observations.delete(key)
  if (rows.length - old.length >= OBSERVERS_MAX) {
    const [oldest] = rows.sort(([, left], [, right]) => left - right)
    if (!oldest || oldest[1] === hour) return false
    observations.delete(oldest[0])
  }
  return observations.size < OBSERVATIONS_MAX
}

function latestIn({ said, endedHour = 0 }: Observation): number {
  return Math.max(said?.hour ?? 0, endedHour)
}

function observationKey(owner: OwnerId, observer: OwnerId): string {
  return `${owner}/${observer}`
}

function hourNow(state: State): number {
  return hourOf(state.clock.timeMs)
}
