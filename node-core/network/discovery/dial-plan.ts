/**
 * Whom to dial next. Pure: it is told what is heard and what came of each dial, and asked what to do
 * now. Chance is handed in.
 */
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import { nodeIdOf, parsePublicKey } from '../../identity/index.ts'
import { ringNeighbours } from '../mesh/index.ts'
import {
  ADDRESS_LENGTH_MAX,
  ADDRESSES_PER_CANDIDATE_MAX,
  CANDIDATES_MAX,
  COURTESY_MS,
  FIRST_DIALS_MAX,
  PEERS_EAGER,
  RETRIES_BEFORE_PATIENCE,
  RETRIES_MAX,
  RETRY_ALONE_FIRST_MS,
  RETRY_ALONE_MAX_MS,
  RETRY_FIRST_MS,
  RETRY_MAX_MS,
  RETRY_PATIENT_MS,
  UNHURRIED_DIAL_MS,
} from './limits.ts'

/** Where an address was heard. What the owner configured is always dialled, whatever the target. */
export type Source =
  | 'bootstrap'
  | 'seed'
  /** A spore document that came from peers. */
  | 'spore'
  | 'cache'
  | 'member'
  | 'nearby'
  | 'exchange'

/** One node, or one address that does not say whose it is. */
export interface Candidate {
  /** The peer id, or the bare address. */
  key: string
  node: NodeId | undefined
  addresses: readonly string[]
}

/** unreachable: nobody there. refused: somebody is, but not one of ours. invalid: no address. */
export type DialFailure = 'unreachable' | 'refused' | 'invalid'

export interface DialPlan {
  /** `last`: tried after what is known of the node already. */
  hear(source: Source, addresses: readonly string[], nowMs: number, place?: 'first' | 'last'): void
  /** Forgets whoever is not to be dialled any more. */
  review(keeps: (candidate: Candidate) => boolean): void
  reached(key: string, node: NodeId): void
  failed(key: string, why: DialFailure, nowMs: number): void
  /** The peer's last connection has closed: it is dialled again soon. */
  lost(node: NodeId, nowMs: number): void
  /** Whom to dial now, within the bounds; each counts as dialled until its outcome is told. */
  next(connected: readonly NodeId[], nowMs: number): Candidate[]
  /** When `next` may have something to say, if nothing else happens. */
  nextAtMs(connected: readonly NodeId[]): number | undefined
  /** Nobody is known. */
  isEmpty(): boolean
  /** Nodes named by a seed document. */
  seeded(): ReadonlySet<NodeId>
  /** Everything known of a node. */
  get(node: NodeId): Candidate | undefined
}

export interface DialPlanOptions {
  self: NodeId
  selfPeerId: string
  peersTarget: number
  peersMax: number
  random: Random
  /** Whether a node only uses the network, and comes and goes. Default: none is known to. */
  isPassing?: (node: NodeId) => boolean
  /** Whether many are coming just now: then more than a few peers can wait. Default: never. */
  isCrowded?: () => boolean
}

interface Entry extends Candidate {
  addresses: string[]
  sources: Set<Source>
  failures: number
  dueMs: number
  dialling: boolean
}

export function createDialPlan(options: DialPlanOptions): DialPlan {
  const { self, selfPeerId, peersTarget, peersMax, random } = options
  const entries = new Map<string, Entry>()
  const keyOf = new Map<NodeId, string>()
  /** Bare addresses that turned out to be a node's: dialled only when that node is gone. */
  const ownerOf = new Map<string, NodeId>()
  let alone = true
  let unhurriedUntilMs = 0

  const add = (source: Source, address: string, nowMs: number, place: 'first' | 'last'): void => {
    const peerId = peerIdAtEnd(address)
    if (peerId === selfPeerId || address.length > ADDRESS_LENGTH_MAX) return
    const key = peerId ?? address
    let entry = entries.get(key)
    if (!entry) {
      const publicKey = peerId === undefined ? undefined : parsePublicKey(peerId)
      if (peerId !== undefined && !publicKey) return
      const node = publicKey && nodeIdOf(publicKey)
      // Both hear of each other at about the same time; one dial is enough.
      const waitMs = node !== undefined && node < self && !alone ? COURTESY_MS : 0
      const dueMs = nowMs + waitMs
      const fresh = { key, node, addresses: [], sources: new Set<Source>(), failures: 0 }
      entry = { ...fresh, dueMs, dialling: false }
      entries.set(key, entry)
      if (node !== undefined) keyOf.set(node, key)
      if (entries.size > CANDIDATES_MAX) forgetWorst(key)
    }
    entry.sources.add(source)
    if (entry.addresses.includes(address)) return
    // The newest first: nodes move.
    const addresses =
      place === 'first' ? [address, ...entry.addresses] : [...entry.addresses, address]
    entry.addresses = addresses.slice(0, ADDRESSES_PER_CANDIDATE_MAX)
    // A new address is a new chance.
    if (source !== 'exchange') entry.dueMs = Math.min(entry.dueMs, nowMs + COURTESY_MS)
  }
  const forgetWorst = (justAdded: string): void => {
    let worst: Entry | undefined
    for (const entry of entries.values()) {
      const keep = entry.sources.has('bootstrap') || entry.dialling || entry.key === justAdded
      if (!keep && (!worst || entry.failures > worst.failures)) worst = entry
    }
    if (!worst) return
    entries.delete(worst.key)
    if (worst.node !== undefined) keyOf.delete(worst.node)
  }
  const retryDelayMs = (failures: number): number => {
    if (failures > RETRIES_BEFORE_PATIENCE && !alone) return RETRY_PATIENT_MS
    const [first, longest] = alone
      ? [RETRY_ALONE_FIRST_MS, RETRY_ALONE_MAX_MS]
      : [RETRY_FIRST_MS, RETRY_MAX_MS]
    return Math.min(first * 2 ** Math.min(failures - 1, 16), longest)
  }
  /** Between half and all of it, so that nodes that failed together do not retry together. */
  const jittered = (delayMs: number): number => delayMs * (0.5 + random.float() / 2)

  const isConnected = (entry: Entry, connected: ReadonlySet<NodeId>): boolean => {
    const node = entry.node ?? ownerOf.get(entry.key)
    return node !== undefined && connected.has(node)
  }
  /** Those worth a dial at some time, the most wanted first. */
  const wanted = (connected: readonly NodeId[]): Entry[] => {
    const here = new Set(connected)
    const absent = [...entries.values()].filter((entry) => !isConnected(entry, here))
    const ring = ringNeighbours(self, [...keyOf.keys()])
    const isWanted = (entry: Entry): boolean =>
      (connected.length < peersTarget && connected.length < peersMax) ||
      (entry.node !== undefined && ring.has(entry.node))
    const rank = ({ node, sources }: Entry): number => {
      if (node !== undefined && ring.has(node)) return 0
      if (sources.has('bootstrap')) return 1
      // Where there is a choice, those that stay: links to them last, and gossip goes over links.
      return node !== undefined && options.isPassing?.(node) ? 3 : 2
    }
    return absent.filter(isWanted).sort((a, b) => rank(a) - rank(b))
  }

  const kindOf = (entry: Entry): 'first' | 'retry' => (entry.failures === 0 ? 'first' : 'retry')
  const roomNow = (peers: number): Record<'first' | 'retry', number> => {
    const room = { first: peers < PEERS_EAGER ? FIRST_DIALS_MAX : 1, retry: RETRIES_MAX }
    for (const entry of entries.values()) if (entry.dialling) room[kindOf(entry)] -= 1
    return room
  }

  return {
    hear(source, addresses, nowMs, place = 'first') {
      // Reversed, so that the first of them ends up first.
      const inOrder = place === 'first' ? addresses.toReversed() : addresses
      for (const address of inOrder) add(source, address, nowMs, place)
    },
    review(keeps) {
      for (const entry of [...entries.values()]) {
        if (entry.sources.has('bootstrap') || keeps(entry)) continue
        entries.delete(entry.key)
        if (entry.node !== undefined) keyOf.delete(entry.node)
      }
    },
    reached(key, node) {
      const entry = entries.get(key)
      if (!entry) return
      entry.dialling = false
      entry.failures = 0
      if (entry.node === undefined) ownerOf.set(key, node)
    },
    failed(key, why, nowMs) {
      const entry = entries.get(key)
      if (!entry) return
      entry.dialling = false
      if (why === 'invalid') {
        entries.delete(key)
        if (entry.node !== undefined) keyOf.delete(entry.node)
        return
      }
      entry.failures += 1
      const delayMs = why === 'refused' ? RETRY_PATIENT_MS : retryDelayMs(entry.failures)
      entry.dueMs = nowMs + jittered(delayMs)
    },
    lost(node, nowMs) {
      for (const entry of entries.values()) {
        if (entry.node !== node && ownerOf.get(entry.key) !== node) continue
        entry.failures = 0
        entry.dueMs = nowMs + jittered(RETRY_FIRST_MS)
      }
    },
    next(connected, nowMs) {
      const wasAlone = alone
      alone = connected.length === 0
      // Whoever has just been left alone does not sit out the waits of better days.
      if (alone && !wasAlone) {
        for (const entry of entries.values()) {
          entry.dueMs = Math.min(entry.dueMs, nowMs + jittered(RETRY_ALONE_MAX_MS))
        }
      }
      const chosen: Entry[] = []
      const room = roomNow(connected.length)
      const isEager = connected.length < PEERS_EAGER
      if (!isEager && options.isCrowded?.()) unhurriedUntilMs = nowMs + UNHURRIED_DIAL_MS
      if (nowMs < unhurriedUntilMs) room.first = 0
      for (const entry of wanted(connected)) {
        if (entry.dialling || entry.dueMs > nowMs || room[kindOf(entry)] <= 0) continue
        room[kindOf(entry)] -= 1
        chosen.push(entry)
      }
      for (const entry of chosen) entry.dialling = true
      if (!isEager && chosen.some((entry) => kindOf(entry) === 'first')) {
        unhurriedUntilMs = nowMs + UNHURRIED_DIAL_MS
      }
      return chosen.map(({ key, node, addresses }) => ({ key, node, addresses: [...addresses] }))
    },
    nextAtMs(connected) {
      // Those that find no room now are looked at when a dial ends.
      const room = roomNow(connected.length)
      const waiting = wanted(connected).filter(
        (entry) => !entry.dialling && room[kindOf(entry)] > 0,
      )
      if (waiting.length === 0) return undefined
      const dueMs = (entry: Entry): number =>
        kindOf(entry) === 'first' ? Math.max(entry.dueMs, unhurriedUntilMs) : entry.dueMs
      return waiting.reduce((least, entry) => Math.min(least, dueMs(entry)), Number.MAX_VALUE)
    },
    isEmpty: () => entries.size === 0,
    seeded() {
      const named = [...entries.values()].filter((entry) => entry.sources.has('seed'))
      return new Set(named.flatMap((entry) => entry.node ?? ownerOf.get(entry.key) ?? []))
    },
    get: (node) => entries.get(keyOf.get(node) ?? ''),
  }
}

export function peerIdAtEnd(address: string): string | undefined {
  return /\/p2p\/([1-9A-HJ-NP-Za-km-z]{8,128})$/.exec(address)?.[1]
}
