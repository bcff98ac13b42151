/**
 * What the shared state and the membership say about work, read once and shared by the reconciler,
 * the API and the edge: what is wanted, what runs where, and the input of placement.
 */
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { SharedState, StateRecord } from '../../control/state/index.ts'
import type { Member, Membership } from '../../network/membership/index.ts'
import type { PlacementInput, PlacementNode } from '../placement/index.ts'
import {
  type DesiredWorkload,
  desiredOf,
  type Instance,
  instanceOf,
  parseInstanceKey,
  WORKLOAD_PREFIX,
  workloadKey,
} from '../spec/index.ts'

export interface WorkView {
  wanted(): DesiredWorkload[]
  desired(workload: string): DesiredWorkload | undefined
  /** What the state holds for a name that is not wanted. */
  recordOf(workload: string): 'none' | 'ended' | 'unreadable'
  /** Every instance that any node tells of, those of lost nodes included, sorted by id. */
  instances(): Instance[]
  /** What every node computes the placement from. */
  placementInput(): PlacementInput
  /** Anything of the above may have changed. */
  subscribe(listener: (change: ViewChange) => void): () => void
}

export type ViewChange =
  | { of: 'workload'; name: string }
  | { of: 'instance'; node: NodeId; id: string }
  /** Someone came, fell silent or said goodbye. */
  | { of: 'liveness'; node: NodeId }
  /** Something else about a node: its cordon, its labels, what it can run. */
  | { of: 'node'; node: NodeId }

export interface WorkViewDeps {
  state: Pick<SharedState, 'get' | 'list' | 'subscribe'>
  membership: Pick<Membership, 'list' | 'subscribe'>
  logger: Logger
}

export function createWorkView({ state, membership, logger }: WorkViewDeps): WorkView {
  const log = logger.child('work-view')
  // Records are replaced, never changed, so what one says is parsed once.
  const desiredByRecord = new WeakMap<StateRecord, DesiredWorkload | 'unreadable'>()
  const instanceByRecord = new WeakMap<StateRecord, Instance | 'unreadable'>()

  const once = <T>(
    known: WeakMap<StateRecord, T | 'unreadable'>,
    parse: (record: StateRecord) => T | undefined,
    record: StateRecord,
  ): T | undefined => {
    let value = known.get(record)
    if (value === undefined) {
      value = parse(record) ?? 'unreadable'
      known.set(record, value)
      if (value === 'unreadable') {
        log.warn('A record cannot be read', { key: record.key, author: record.author })
      }
    }
    return value === 'unreadable' ? undefined : value
  }
  const desiredIn = (record: StateRecord): DesiredWorkload | undefined =>
    once(desiredByRecord, desiredOf, record)

  const instances = (): Instance[] =>
    state.list('node/').flatMap((record) => {
      if (!parseInstanceKey(record.key)) return []
      const instance = once(instanceByRecord, instanceOf, record)
      if (!instance) return []
      return [record.incarnation < incarnationOf(instance.node) ? unconfirmed(instance) : instance]
    })

  const incarnationOf = (node: NodeId): number =>
    Math.max(
      state.get(`node/${node}/alive`)?.incarnation ?? 0,
      state.get(`node/${node}/profile`)?.incarnation ?? 0,
    )

  const wanted = (): DesiredWorkload[] =>
    state.list(WORKLOAD_PREFIX).flatMap((record) => desiredIn(record) ?? [])

  return {
    wanted,
    desired(workload) {
      const record = state.get(workloadKey(workload))
      return record?.value === undefined ? undefined : desiredIn(record)
    },
    recordOf(workload) {
      const record = state.get(workloadKey(workload))
      if (!record) return 'none'
      return record.value === undefined ? 'ended' : 'unreadable'
    },
    instances,
    placementInput() {
      const members = membership.list()
      return {
        nodes: members.map(toPlacementNode),
        workloads: wanted(),
        instances: instances(),
        majority: seesMajority(members),
      }
    },
    subscribe(listener) {
      const ends = [
        state.subscribe(WORKLOAD_PREFIX, ({ key }) =>
          listener({ of: 'workload', name: key.slice(WORKLOAD_PREFIX.length) }),
        ),
        state.subscribe('node/', ({ key }) => {
          const named = parseInstanceKey(key)
          if (named) listener({ of: 'instance', ...named })
        }),
        membership.subscribe(({ id, liveness }, previous) =>
          listener({ of: liveness === previous ? 'node' : 'liveness', node: id }),
        ),
      ]
      return () => {
        for (const end of ends) end()
      }
    },
  }
}

/**
 * A record from before its node's last start tells what ran then. It keeps the slot, but counts as
 * neither running nor healthy until the node has looked.
 */
function unconfirmed(instance: Instance): Instance {
  if (instance.status === 'Stopping') return instance
  return {
    ...instance,
    status: 'Pending',
    health: 'unknown',
    reason: {
      code: 'NOT_CONFIRMED',
      message: 'Its node was started again and has not yet said whether this still runs.',
    },
  }
}

function toPlacementNode(member: Member): PlacementNode {
  const { labels, kinds, capacity } = member.profile
  return {
    id: member.id,
    live: member.liveness === 'alive' || member.liveness === 'suspect',
    left: member.liveness === 'left',
    cordoned: member.cordoned,
    // A Hypha only uses the network: what it ran before it became one moves away.
    draining: member.draining || member.profile.role === 'hypha',
    labels,
    kinds,
    capacity,
  }
}

function seesMajority(members: readonly Member[]): boolean {
  const known = members.filter(({ liveness }) => liveness !== 'left')
  const live = known.filter(({ liveness }) => liveness !== 'dead')
  return live.length * 2 > known.length
}
