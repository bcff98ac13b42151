/**
 * What is wanted, what runs where, and who is there, read once and shared by the reconciler, the API
 * and the edge: among other things the input of placement.
 */
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { siteOf } from '../../control/backbone/index.ts'
import type { SharedState, StateRecord } from '../../control/state/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { Member, Membership } from '../../network/membership/index.ts'
import type { Desired, DesiredRecord } from '../desired/index.ts'
import { type JobRecord, NO_RECORD, slotStates } from '../jobs/index.ts'
import { isHealthy, type PlacementInput, type PlacementNode, place } from '../placement/index.ts'
import {
  awayMark,
  type DesiredWorkload,
  givenUpSetting,
  type Instance,
  instanceOf,
  isCurrent,
  isIdOf,
  isOfKind,
  isWarm,
  type KeptVolume,
  keepsData,
  keptVolumeOf,
  mayTakeOver,
  parseInstanceKey,
  parseVolumeKey,
  type Slot,
  slotOf,
} from '../spec/index.ts'

export interface WorkView {
  wanted(): DesiredWorkload[]
  desired(workload: string): DesiredWorkload | undefined
  /** What it was before, the latest first, as far as that is kept. */
  past(workload: string): readonly DesiredWorkload[]
  /** Whose a name is, ended workloads included. */
  ownerOf(name: string): OwnerId | undefined
  /** What is held for a name that is not wanted. */
  recordOf(workload: string): DesiredRecord
  /** False while what is wanted is what it was before this node's start: nothing is done by it. */
  isCurrent(): boolean
  /** Whether it is what a quorum in reach holds, as this node has heard in this life: nothing is deleted by less. */
  isConfirmed(): boolean
  /** What the registry holds of the runs of a job. */
  job(workload: string): JobRecord | undefined
  /** Every instance that any node tells of, those of lost nodes included, sorted by id. */
  instances(): Instance[]
  /** What every node computes the placement from. */
  placementInput(): PlacementInput
  /**
   * Instances of a workload on nodes that were to run them, whether they serve by now or not: traffic
   * goes to no other, whoever says that it runs there.
   */
  assigned(workload: string): Instance[]
  /**
   * Whether an instance, as of now, is on a node that was given its slot, be it before the present one:
   * what is typed into a copy goes to no other, and what it says is believed of no other. Of names that
   * nobody wants any more nobody is; without a registry everybody is who says that it runs one.
   */
  entrusted(): (instance: Pick<Instance, 'id' | 'workload' | 'index' | 'node'>) => boolean
  /** Anything of the above may have changed. */
  subscribe(listener: (change: ViewChange) => void): () => void
}

export type ViewChange =
  | { of: 'workload'; name: string }
  | { of: 'instance'; node: NodeId; id: string }
  /** Which node is to run what, or whether a quorum is in reach. */
  | { of: 'assignments' }
  /** Runs of jobs, or attempts at them. */
  | { of: 'jobs' }
  /** Someone came, fell silent or said goodbye. */
  | { of: 'liveness'; node: NodeId }
  /** Something else about a node: its cordon, its labels, what it can run. */
  | { of: 'node'; node: NodeId }

export interface WorkViewDeps {
  desired: Pick<
    Desired,
    | 'list'
    | 'get'
    | 'past'
    | 'recordOf'
    | 'ownerOf'
    | 'isCurrent'
    | 'isConfirmed'
    | 'hasQuorum'
    | 'isCommitted'
    | 'committed'
    | 'heldBefore'
    | 'job'
    | 'subscribe'
  >
  state: Pick<SharedState, 'get' | 'list' | 'subscribe'>
  membership: Pick<Membership, 'list' | 'subscribe'>
  /** Whose word about priority counts among all. */
  isAdmin: (owner: OwnerId) => boolean
  /** Of the registry; nothing where there is none. */
  setting?: (name: string) => unknown
  logger: Logger
}

export function createWorkView(deps: WorkViewDeps): WorkView {
  const { desired, state, membership } = deps
  const log = deps.logger.child('work-view')
  // Records are replaced, never changed, so what one says is parsed once.
  const instanceByRecord = new WeakMap<StateRecord, Instance | 'unreadable'>()

  const instanceIn = (record: StateRecord): Instance | undefined => {
    let instance = instanceByRecord.get(record)
    if (instance === undefined) {
      instance = instanceOf(record) ?? 'unreadable'
      instanceByRecord.set(record, instance)
      if (instance === 'unreadable') {
        log.warn('A record cannot be read', { key: record.key, author: record.author })
      }
    }
    return instance === 'unreadable' ? undefined : instance
  }

  const instances = (): Instance[] =>
    state.list('node/').flatMap((record) => {
      if (!parseInstanceKey(record.key)) return []
      const instance = instanceIn(record)
      if (!instance) return []
      return [record.incarnation < incarnationOf(instance.node) ? unconfirmed(instance) : instance]
    })

  /** By an admin, of a node that is away since: nobody waits for it. */
  function isGivenUp(kept: KeptVolume): boolean {
    const mark = deps.setting?.(givenUpSetting(kept))
    if (mark === undefined || mark !== awayMark(state.get(`node/${kept.node}/alive`))) return false
    const { liveness } = membership.list().find(({ id }) => id === kept.node) ?? {}
    return liveness !== 'alive' && liveness !== 'suspect'
  }

  /**
   * What its own owner's workload of that name would find there. What was deleted is had back by being
   * wanted, so its slot goes there too, unless something of the slot lies where nobody deleted it.
   */
  function dataOf(workloads: readonly DesiredWorkload[]): NonNullable<PlacementInput['dataOf']> {
    const keeping = new Map(
      workloads.flatMap((one) => (keepsData(one.workload) ? [[one.workload.name, one]] : [])),
    )
    const found = new Map<Slot, NodeId[]>()
    const deleted = new Map<Slot, NodeId[]>()
    if (keeping.size === 0) return found
    for (const record of state.list('node/')) {
      const kept = keptVolumeOf(record)
      const wanted = kept && keeping.get(kept.workload)
      if (kept && isGivenUp(kept)) continue
      if (!kept || wanted?.owner !== kept.owner) continue
      if (!isOfKind(kept, wanted.workload)) continue
      if (!wanted.workload.volumes?.some(({ name }) => name === kept.volume)) continue
      const slot = slotOf(kept.workload, kept.index)
      const places = kept.deletedAt === undefined ? found : deleted
      const nodes = places.get(slot) ?? []
      if (!nodes.includes(kept.node)) places.set(slot, [...nodes, kept.node])
    }
    return new Map([...deleted, ...found])
  }

  const incarnationOf = (node: NodeId): number =>
    Math.max(
      state.get(`node/${node}/alive`)?.incarnation ?? 0,
      state.get(`node/${node}/profile`)?.incarnation ?? 0,
    )

  function placementInput(): PlacementInput {
    const members = membership.list()
    const committed = desired.committed()
    const workloads = desired.list()
    const quorum = desired.hasQuorum()
    return {
      nodes: members.map(toPlacementNode),
      workloads,
      jobs: new Map(
        workloads.flatMap(({ workload }) => {
          if (!workload.job) return []
          return [[workload.name, slotStates(workload, desired.job(workload.name) ?? NO_RECORD)]]
        }),
      ),
      instances: instances(),
      majority: seesMajority(members),
      ...(quorum !== undefined && { quorum }),
      admins: new Set(workloads.map(({ owner }) => owner).filter(deps.isAdmin)),
      dataOf: dataOf(workloads),
      ...(committed && { committed }),
    }
  }

  return {
    wanted: desired.list,
    desired: desired.get,
    past: desired.past,
    recordOf: desired.recordOf,
    ownerOf: desired.ownerOf,
    isCurrent: desired.isCurrent,
    isConfirmed: desired.isConfirmed,
    job: desired.job,
    instances,
    placementInput,
    assigned(workload) {
      const own = instances().filter((instance) => instance.workload === workload)
      const committed = desired.isCommitted(workload) ? desired.committed() : undefined
      if (!committed) return own
      const isBound = committed.bound.has(workload)
      const chosen = isBound ? undefined : place(placementInput()).assignments
      const now = desired.get(workload)
      const isBeside = now !== undefined && servesBeside(now, own)
      return own.filter((instance) => {
        const { index, node } = instance
        const slot = slotOf(workload, index)
        const assigned = committed.assignments.get(slot)
        if (node === assigned || node === chosen?.get(slot)) return true
        if (!desired.heldBefore(slot).includes(node)) return false
        // Its slot was taken back, and it is about to end, unless it has to stand in.
        if (assigned === undefined) return tooFewServe(now, own, committed.assignments)
        if (isBeside && !isCurrent(instance, now)) return true
        return !own.some((one) => one.index === index && one.node === assigned && takesOver(one))
      })
    },
    entrusted() {
      const committed = desired.committed()
      let chosen: ReadonlyMap<Slot, NodeId> | undefined
      return ({ id, workload, index, node }) => {
        // An id is looked for by itself: of another slot it would be somebody else's.
        if (!isIdOf(id, workload, index)) return false
        if (!committed) return true
        const isWanted = desired.get(workload) !== undefined
        // The shared state says what is wanted, and of nobody that it runs it.
        if (isWanted && !desired.isCommitted(workload)) return true
        const slot = slotOf(workload, index)
        if (node === committed.assignments.get(slot)) return true
        if (desired.heldBefore(slot).includes(node)) return true
        if (!isWanted || committed.bound.has(workload)) return false
        chosen ??= place(placementInput()).assignments
        return node === chosen.get(slot)
      }
    },
    subscribe(listener) {
      const ends = [
        desired.subscribe(listener),
        state.subscribe('node/', ({ key }) => {
          const named = parseInstanceKey(key)
          if (named) listener({ of: 'instance', ...named })
          const volume = parseVolumeKey(key)
          if (volume) listener({ of: 'node', node: volume.node })
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

/** What it takes the place of is asked as long as it warms up. */
function takesOver(instance: Instance): boolean {
  return isHealthy(instance) && isWarm(instance)
}

/** The old copies of a change that does not roll, until every slot has a new one that serves. */
function servesBeside(desired: DesiredWorkload, own: readonly Instance[]): boolean {
  const { rollout, replicas } = desired.workload
  if (rollout.kind === 'rolling') return false
  const renewed = own.filter((one) => isCurrent(one, desired) && takesOver(one))
  return !mayTakeOver(desired) || new Set(renewed.map(({ index }) => index)).size < replicas
}

/** Of the slots that are wanted, by those that were given them. */
function tooFewServe(
  desired: DesiredWorkload | undefined,
  own: readonly Instance[],
  assignments: ReadonlyMap<Slot, NodeId>,
): boolean {
  if (!desired) return false
  const { name, replicas } = desired.workload
  const serving = own.filter(
    (one) =>
      one.index < replicas &&
      isHealthy(one) &&
      assignments.get(slotOf(name, one.index)) === one.node,
  )
  return new Set(serving.map(({ index }) => index)).size < replicas
}

/**
 * A record from before its node's last start tells what ran then. It keeps the slot, but counts as
 * neither running nor healthy until the node has looked.
 */
function unconfirmed(instance: Instance): Instance {
  if (instance.status === 'Stopping' || instance.ended) return instance
  return {
    ...instance,
    status: 'Pending',
    health: 'unknown',
    ...(instance.awaitsRoom && { awaitsRoom: 'unready' }),
    reason: {
      code: 'NOT_CONFIRMED',
      message: 'Its node was started again and has not yet said whether this still runs.',
    },
  }
}

function toPlacementNode(member: Member): PlacementNode {
  const { labels, kinds, strangers, capacity, addresses } = member.profile
  return {
    id: member.id,
    // Of one that said it sleeps the first silence is believed.
    live: member.liveness === 'alive' || (member.liveness === 'suspect' && !member.asleep),
    left: member.liveness === 'left',
    ...(member.gone && { gone: true }),
    cordoned: member.cordoned,
    // A Hypha only uses the network: what it ran before it became one moves away.
    draining: member.draining || member.profile.role === 'hypha' || member.asleep !== undefined,
    ...(member.asleep && { asleep: true }),
    labels,
    site: siteOf(labels, addresses),
    owner: member.owner,
    kinds,
    ...(strangers && { strangers }),
    capacity,
  }
}

function seesMajority(members: readonly Member[]): boolean {
  // Whoever said that it sleeps is on no other side.
  const known = members.filter(({ liveness, asleep }) => {
    return liveness !== 'left' && !(liveness === 'dead' && asleep)
  })
  const live = known.filter(({ liveness }) => liveness !== 'dead')
  return live.length * 2 > known.length
}
