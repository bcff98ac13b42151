/** The shell of jobs: what is to be committed about them, when this node is the one to say so. */
import type { Clock } from '../../base/clock/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { beginsNow, type JobInput, type JobStep, jobSteps, NO_RECORD } from '../jobs/index.ts'
import type { PlacementNode } from '../placement/index.ts'
import type { AssignerDeps } from './index.ts'
import {
  LATE_MS,
  LOOK_AHEAD_MS_MAX,
  RESTED_MS,
  TICK_AGAIN_MS,
  TIME_LOOK_MS,
  TIME_WAIT_MS,
} from './limits.ts'
import type { Proposals } from './proposals.ts'

export interface JobKeeper {
  /** By whoever decides: proposes what comes next. */
  look(nodes: readonly PlacementNode[]): void
  /** By whoever decides, at every look: who is there, though it is too soon to say anything of others. */
  see(nodes: readonly PlacementNode[]): void
  /** Another decides now, and whom it sees come back is not seen here. */
  forget(): void
  /** By every voter: the log's time moves when somebody says that it does. */
  tick(): void
}

export interface JobKeeperDeps extends Pick<AssignerDeps, 'view' | 'primary'> {
  proposals: Proposals
  clock: Clock
  /** Looks again within so many milliseconds. */
  within(delayMs: number): void
}

export function createJobKeeper(deps: JobKeeperDeps): JobKeeper {
  const { view, primary, proposals, clock, within } = deps
  /** Since when nodes are out of sight, as this one sees it. */
  const awaySinceMs = new Map<NodeId, number>()
  /** Runs that are to begin now, by their workload, and since when the log's time is waited for. */
  const heldSinceMs = new Map<string, number>()

  function input(nodes: readonly PlacementNode[]): JobInput | undefined {
    const registry = primary.view()
    const jobs = view.wanted().flatMap((desired) => {
      const { name, job } = desired.workload
      if (!job || !registry?.workload(name)) return []
      return [{ desired, record: view.job(name) ?? NO_RECORD }]
    })
    if (!registry || jobs.length === 0) return undefined
    const known = new Map(nodes.map((node) => [node.id, node]))
    const awayMs = (id: NodeId): number => {
      const node = known.get(id)
      if (node?.left || registry.node(id)?.removed !== false) return Number.POSITIVE_INFINITY
      // Nobody tells of it any more.
      if (!node && nodes.length > 0 && !awaySinceMs.has(id))
        awaySinceMs.set(id, clock.monotonicMs())
      const sinceMs = awaySinceMs.get(id)
      return sinceMs === undefined ? 0 : Math.max(1, clock.monotonicMs() - sinceMs)
    }
    return { jobs, timeMs: registry.timeMs, awayMs }
  }

  function see(nodes: readonly PlacementNode[]): void {
    const live = new Set(nodes.filter((node) => node.live).map(({ id }) => id))
    for (const { id } of nodes) {
      if (live.has(id)) awaySinceMs.delete(id)
      else if (!awaySinceMs.has(id)) awaySinceMs.set(id, clock.monotonicMs())
    }
  }

  /** This computer's clock is no word about the log's, and no reason to wait either. */
  function lookWhenDue(dueMs: number | undefined): void {
    if (dueMs === undefined) return
    within(Math.min(LOOK_AHEAD_MS_MAX, Math.max(0, dueMs - clock.wallMs()) + LATE_MS))
  }

  /**
   * While nobody writes the log's time stands still: a run that began then would have begun long ago,
   * and its deadline be over, or times before it was deployed be due. By this computer's clock, which
   * may be wrong: so it is not waited for without end.
   */
  const hasRested = (timeMs: number): boolean => clock.wallMs() - timeMs >= RESTED_MS

  function isHeld({ body: { workload } }: JobStep, timeMs: number): boolean {
    if (!hasRested(timeMs)) return false
    const nowMs = clock.monotonicMs()
    const sinceMs = heldSinceMs.get(workload) ?? nowMs
    heldSinceMs.set(workload, sinceMs)
    return nowMs - sinceMs < TIME_WAIT_MS
  }

  function tell(): void {
    const subject = `tick ${Math.floor(clock.wallMs() / TICK_AGAIN_MS)}`
    proposals.propose(subject, { kind: 'tick', body: {} })
  }

  return {
    see,
    look(nodes) {
      see(nodes)
      const given = input(nodes)
      if (!given) return
      const { steps, dueMs, lostInMs } = jobSteps(given)
      const beginning = new Set(steps.filter(beginsNow).map(({ body }) => body.workload))
      for (const name of heldSinceMs.keys()) if (!beginning.has(name)) heldSinceMs.delete(name)
      for (const step of steps) {
        if (beginsNow(step) && isHeld(step, given.timeMs)) within(TIME_LOOK_MS)
        else proposals.propose(`job ${step.body.workload}`, step)
      }
      lookWhenDue(dueMs)
      if (lostInMs !== undefined) within(lostInMs)
    },
    forget() {
      awaySinceMs.clear()
      heldSinceMs.clear()
    },
    tick() {
      const given = input([])
      if (!given) return
      const { steps, dueMs } = jobSteps(given)
      lookWhenDue(dueMs)
      const isDue = dueMs !== undefined && clock.wallMs() >= dueMs
      if (isDue || (steps.some(beginsNow) && hasRested(given.timeMs))) tell()
    },
  }
}
