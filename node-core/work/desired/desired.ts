/** Puts the registry's rows before the shared state's records, and tells what changed in either. */
import { looking } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { CommittedAssignments } from '../placement/index.ts'
import { type DesiredWorkload, type Slot, WORKLOAD_PREFIX, workloadKey } from '../spec/index.ts'
import { createFormerHolders } from './former-holders.ts'
import type { Desired, DesiredChange, DesiredDeps } from './index.ts'
import { createKeptHolders } from './kept-holders.ts'
import { createKeptRows, type Rows } from './kept-rows.ts'
import { CATCH_UP_MS_MAX, LOOK_MS, LOOK_SELDOM_MS } from './limits.ts'
import { createQuorumWatch } from './quorum-watch.ts'
import { isRegisteredIn } from './registered.ts'
import { createRegistryRows } from './registry-rows.ts'
import { worthLeast } from './room.ts'
import { createStateRecords } from './state-records.ts'
import { createTakeOver } from './take-over.ts'
import { createWriting } from './writing.ts'

const UNBOUND: ReadonlySet<string> = new Set()

export function createDesired(deps: DesiredDeps): Desired {
  const { primary, state, membership, clock } = deps
  const logger = deps.logger.child('desired')
  const warn = (workload: string): void =>
    logger.warn('What is wanted of a workload cannot be read', { workload })
  const rows = createRegistryRows(warn)
  const records = createStateRecords(state, warn)
  const quorum = createQuorumWatch(deps)
  const keptFile = createKeptRows(deps.disk, logger)
  const holdersFile = createKeptHolders(deps.disk, logger)
  const listeners = new Set<(change: DesiredChange) => void>()
  let shownRows: readonly DesiredWorkload[] = []
  let shownAssignments: ReadonlyMap<Slot, NodeId> = new Map()
  let shownNodes: object | undefined
  let shownJobs: readonly object[] = []
  const formerHolders = createFormerHolders()
  let keptHolders = formerHolders.all()
  let bound: { of: readonly DesiredWorkload[]; names: ReadonlySet<string> } | undefined
  let stopWatching: (() => unknown)[] = []
  let startedMs = Number.NEGATIVE_INFINITY
  let caughtUp = false
  /** What the copy said in an earlier life, until there is one. */
  let kept: Rows | undefined
  let keptRows: Rows = { workloads: shownRows, assignments: shownAssignments }

  const hasPrimary = (): boolean =>
    primary.view() !== undefined || kept !== undefined || primary.status().committee !== undefined

  const writing = createWriting({
    ...{ ...deps, records, hasPrimary },
    worthLeast(name) {
      const held = get(name)
      return held && worthLeast(past(name), held.workload)
    },
  })
  const takeOver = createTakeOver({ ...deps, logger, records, writing })

  /** What is shown may be of an earlier life; whoever cannot catch up in a while goes by it all the same. */
  function isCurrent(): boolean {
    if (!hasPrimary() || !quorum.isBound()) return true
    if (primary.view() === undefined) return false
    caughtUp ||= clock.monotonicMs() - startedMs >= CATCH_UP_MS_MAX || primary.status().caughtUp
    return caughtUp
  }

  function isConfirmed(): boolean {
    if (!hasPrimary()) return state.synced
    return primary.view() !== undefined && quorum.inReach() && primary.status().caughtUp
  }

  function list(): DesiredWorkload[] {
    const view = primary.view()
    const held = view ? rows.workloads(view) : (kept?.workloads ?? [])
    const left = records.list().filter(({ workload: { name } }) => !isRegistrys(name))
    const all = [...held, ...left]
    return left.length === 0 ? all : all.sort(byName)
  }

  /** Once the registry has had a workload under a name, no record of the shared state counts. */
  function isRegistrys(name: string): boolean {
    const view = primary.view()
    return view ? view.generationOf(name) > 0 : keptOf(name) !== undefined
  }

  function keptOf(name: string): DesiredWorkload | undefined {
    return kept?.workloads.find(({ workload }) => workload.name === name)
  }

  function get(name: string): DesiredWorkload | undefined {
    if (!isRegistrys(name)) return records.get(name)
    const view = primary.view()
    const desired = view ? rows.workload(view, name) : keptOf(name)
    return desired === 'unreadable' ? undefined : desired
  }

  function past(name: string) {
    const view = primary.view()
    return view ? rows.past(view, name) : []
  }

  function recordOf(name: string) {
    const view = primary.view()
    if (!view) return hasPrimary() ? 'unknown' : records.recordOf(name)
    if (view.generationOf(name) > 0) return view.workload(name) ? 'unreadable' : 'ended'
    if (records.recordOf(name) === 'unreadable') return 'unreadable'
    // A tombstone may only say that the registry has it now, and a copy that is cut off may be old.
    return quorum.inReach() ? 'none' : 'unknown'
  }

  function boundNames(workloads: readonly DesiredWorkload[]): ReadonlySet<string> {
    if (!quorum.isBound()) return UNBOUND
    if (bound?.of !== workloads) {
      bound = { of: workloads, names: new Set(workloads.map(({ workload }) => workload.name)) }
    }
    return bound.names
  }

  function committed(): CommittedAssignments | undefined {
    const view = primary.view()
    if (!view) return kept && { ...kept, bound: boundNames(kept.workloads) }
    return {
      assignments: rows.assignments(view),
      bound: boundNames(rows.workloads(view)),
      isRegistered: (node) => isRegisteredIn(primary.view(), node),
    }
  }

  function tell(change: DesiredChange): void {
    for (const listener of [...listeners]) listener(change)
  }

  /** Cheap where nothing of interest changed: keys are written thousands of times a second. */
  function onCopyMoved(): void {
    const view = primary.view()
    if (!view) return
    kept = undefined
    const workloads = rows.workloads(view)
    const assignments = rows.assignments(view)
    if (assignments !== shownAssignments) {
      const before = new Map(shownRows.map(({ workload, owner }) => [workload.name, owner]))
      const ownerOf = (name: string) => before.get(name) ?? view.ownerOf(name)
      formerHolders.moved(shownAssignments, assignments, ownerOf)
    }
    if (assignments !== shownAssignments || workloads !== shownRows) {
      formerHolders.forgetUnless(
        (name, owner) => view.workload(name) !== undefined && view.ownerOf(name) === owner,
      )
    }
    if (workloads !== shownRows) {
      const names = changedNames(shownRows, workloads)
      shownRows = workloads
      for (const name of names) tell({ of: 'workload', name })
    }
    const jobs = [view.markOf('runs'), view.markOf('attempts')]
    if (jobs.some((mark, at) => mark !== shownJobs[at])) {
      shownJobs = jobs
      tell({ of: 'jobs' })
    }
    const nodes = view.markOf('nodes')
    if (assignments === shownAssignments && nodes === shownNodes) return
    shownAssignments = assignments
    shownNodes = nodes
    tell({ of: 'assignments' })
  }

  /** True where time alone may bring something: nodes are about to be unbound, records wait, a write failed. */
  async function look(): Promise<boolean> {
    if (quorum.look()) tell({ of: 'assignments' })
    const isTaking = quorum.inReach() && takeOver.look()
    const areKept = await Promise.all([keepRows(), keepHolders()])
    const isKept = areKept.every((one) => one)
    return (quorum.isBound() && !quorum.inReach()) || isTaking || !isKept
  }

  /** Of every node: its log may begin after a change that is under way. */
  async function keepHolders(): Promise<boolean> {
    const now = formerHolders.all()
    if (now === keptHolders) return true
    if (!(await holdersFile.write(now))) return false
    keptHolders = now
    return true
  }

  /** A node with a log of its own has all of it there. False where it is worth another try. */
  async function keepRows(): Promise<boolean> {
    const now = { workloads: shownRows, assignments: shownAssignments }
    const isKept = keptRows.workloads === now.workloads && keptRows.assignments === now.assignments
    if (isKept || primary.status().role !== 'none') return true
    if (!(await keptFile.write(now))) return false
    keptRows = now
    return true
  }

  return {
    list,
    get,
    recordOf,
    ownerOf(name) {
      const record = state.get(workloadKey(name))
      return primary.view()?.ownerOf(name) ?? keptOf(name)?.owner ?? record?.claim ?? record?.owner
    },
    isCurrent,
    isConfirmed,
    hasQuorum: () => (hasPrimary() ? quorum.isBound() : undefined),
    isCommitted(name) {
      const view = primary.view()
      return view ? view.workload(name) !== undefined : keptOf(name) !== undefined
    },
    committed,
    job(name) {
      const view = primary.view()
      return view && rows.job(view, name)
    },
    heldBefore: formerHolders.of,
    past,
    async apply(workload, replaces) {
      const applied = await writing.apply(workload, replaces)
      const now = get(workload.name)
      // With what was decided about it before.
      return now?.generation === applied.generation ? now : applied
    },
    async delete(name) {
      await takeOver.now(name)
      await writing.delete(name)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async start() {
      if (stopWatching.length > 0) return
      startedMs = clock.monotonicMs()
      caughtUp = false
      kept = await keptFile.read()
      keptHolders = await holdersFile.read()
      formerHolders.restore(keptHolders)
      if (kept) shownRows = kept.workloads
      if (kept) shownAssignments = kept.assignments
      const gaps = { gapMs: LOOK_MS, seldomMs: LOOK_SELDOM_MS }
      const looks = looking(clock, gaps, look, (error) =>
        logger.error('A look at the registry failed', { error: messageOf(error) }),
      )
      stopWatching = [
        primary.subscribe(() => {
          onCopyMoved()
          looks.soon()
        }),
        state.subscribe(WORKLOAD_PREFIX, ({ key }) => {
          tell({ of: 'workload', name: key.slice(WORKLOAD_PREFIX.length) })
          looks.soon()
        }),
        membership.subscribe(looks.soon),
        looks.stop,
      ]
      quorum.look()
      onCopyMoved()
      looks.soon()
    },
    async stop() {
      const ends = stopWatching
      stopWatching = []
      for (const end of ends) await end()
    },
  }
}

function changedNames(
  before: readonly DesiredWorkload[],
  now: readonly DesiredWorkload[],
): string[] {
  const known = new Map(before.map((desired) => [desired.workload.name, desired]))
  const changed: string[] = []
  for (const desired of now) {
    const { name } = desired.workload
    if (known.get(name) !== desired) changed.push(name)
    known.delete(name)
  }
  return [...changed, ...known.keys()]
}

function byName(a: DesiredWorkload, b: DesiredWorkload): number {
  return a.workload.name < b.workload.name ? -1 : 1
}
