/** The list of members, put together from the keys of the shared state and the detector's verdicts. */
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { StateRecord } from '../../control/state/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { Life } from './detector.ts'
import type { Liveness, Member, MembershipDeps, NodeProfile } from './index.ts'
import { type Doubt, parseAlive, parseDoubts, parseProfile } from './members.ts'

export interface Roster {
  get(id: NodeId): Member | undefined
  list(): Member[]
  /** Undefined for a node that was removed, or never spoke. */
  life(id: NodeId): { life: Life; left: boolean } | undefined
  doubts(id: NodeId): Doubt[]
  /** Every node with a profile or an `alive` record, those of removed owners included. */
  nodes(): { id: NodeId; owner: OwnerId }[]
}

/** Which part of membership a key is about. */
export type RosterKey =
  | { kind: 'profile' | 'alive' | 'doubts'; node: NodeId }
  | { kind: 'removed'; owner: string }

export function readKey(key: string): RosterKey | undefined {
  const parts = key.split('/')
  if (parts[0] === 'net' && parts[1] === 'removed' && parts[2] !== undefined) {
    return { kind: 'removed', owner: parts[2] }
  }
  const node = parseNodeId(parts[1] ?? '')
  if (!node || parts[0] !== 'node' || parts.length !== 3) return undefined
  const kind = parts[2]
  return kind === 'profile' || kind === 'alive' || kind === 'doubts' ? { kind, node } : undefined
}

export function createRoster(
  { state, cordons }: Pick<MembershipDeps, 'state' | 'cordons'>,
  livenessOf: (id: NodeId) => { liveness: Liveness; sinceMs: number },
): Roster {
  /** Parsed once per record: lists are asked for often, profiles change rarely. */
  const parsed = new WeakMap<StateRecord, NodeProfile | null>()

  function profileOf(record: StateRecord): NodeProfile | undefined {
    const known = parsed.get(record)
    if (known !== undefined) return known ?? undefined
    const profile = parseProfile(record.value)
    parsed.set(record, profile ?? null)
    return profile
  }

  function member(record: StateRecord | undefined): Member | undefined {
    if (!record || removed(record.owner)) return undefined
    const profile = profileOf(record)
    if (!profile) return undefined
    const id = record.author
    const { cordoned, draining } = cordons.of({ id, owner: record.owner })
    const seen = livenessOf(id)
    return {
      id,
      owner: record.owner,
      ownerName: state.memberOf(id)?.ownerName ?? '',
      profile,
      ...{ cordoned, draining },
      ...saidBy(id, seen.liveness),
      ...seen,
    }
  }
  /** A later word of the node takes back that it sleeps, or that it left. */
  const saidBy = (id: NodeId, liveness: Liveness): Pick<Member, 'asleep' | 'gone'> => {
    const said = parseAlive(state.get(`node/${id}/alive`)?.value)
    return {
      ...(said?.asleep && { asleep: said.asleep }),
      ...(said?.gone && liveness === 'left' && { gone: true as const }),
    }
  }
  const removed = (owner: string): boolean => state.get(`net/removed/${owner}`)?.value !== undefined

  return {
    get: (id) => member(state.get(`node/${id}/profile`)),
    list: () =>
      state
        .list('node/')
        .filter(({ key }) => key.endsWith('/profile') && readKey(key)?.kind === 'profile')
        .flatMap((record) => member(record) ?? []),
    life(id) {
      const record = state.get(`node/${id}/alive`) ?? state.get(`node/${id}/profile`)
      if (!record || removed(record.owner)) return undefined
      const { beat, left } = parseAlive(record.value) ?? { beat: 0, left: false }
      return { life: { incarnation: record.incarnation, beat }, left }
    },
    doubts: (id) => parseDoubts(state.get(`node/${id}/doubts`)?.value),
    nodes() {
      const owners = new Map<NodeId, OwnerId>()
      for (const { key, author, owner } of state.list('node/')) {
        if (key.endsWith('/profile') || key.endsWith('/alive')) owners.set(author, owner)
      }
      return [...owners].map(([id, owner]) => ({ id, owner }))
    },
  }
}
