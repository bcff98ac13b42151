/** The shell of jobs: what is to be committed about them, when this node is the one to say so. */
import type { Clock } from '../../base/clock/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { type JobInput, jobSteps, NO_RECORD } from '../jobs/index.ts'
import type { PlacementNode } from '../placement/index.ts'
import type { AssignerDeps } from './index.ts'
import { LATE_MS, LOOK_AHEAD_MS_MAX, TICK_AGAIN_MS } from './limits.ts'
import type { Proposals } from './proposals.ts'

export interface JobKeeper {
  /** By whoever decides: proposes what comes next. */
  look(nodes: readonly PlacementNode[]): void
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

  function lookAway(nodes: readonly PlacementNode[]): void {
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

  return {
    look(nodes) {
      lookAway(nodes)
      const given = input(nodes)
      if (!given) return
      const { steps, dueMs, lostInMs } = jobSteps(given)
      for (const step of steps) proposals.propose(`job ${step.body.workload}`, step)
      lookWhenDue(dueMs)
      if (lostInMs !== undefined) within(lostInMs)
    },
    tick() {
      const given = input([])
      const dueMs = given && jobSteps(given).dueMs
      if (dueMs === undefined) return
      lookWhenDue(dueMs)
      if (clock.wallMs() < dueMs) return
      proposals.propose(`tick ${Math.floor(clock.wallMs() / TICK_AGAIN_MS)}`, {
        kind: 'tick',
        body: {},
      })
    },
  }
}
