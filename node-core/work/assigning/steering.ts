/** The shell of scaling and of changes by shares: what is to be committed about them. */
import {
  createTally,
  latencyOf,
  lateShare,
  NOTHING,
  sum,
  type Tally,
  type Totals,
} from '../load/index.ts'
import { isHealthy, type PlacementNode, renewableOf } from '../placement/index.ts'
import {
  type CanaryMemory,
  canariesUnderWay,
  isUnready,
  judge,
  unstartedOf,
} from '../rollout/index.ts'
import {
  createWindow,
  LATENCY_ANSWERS_MIN,
  type Measured,
  queueLength,
  type ScaleMemory,
  scale,
  type Window,
} from '../scaling/index.ts'
import {
  beforeAndBegin,
  type DesiredWorkload,
  type Instance,
  isCurrent,
  isWarm,
  servedBefore,
  staying,
  templateOf,
} from '../spec/index.ts'
import type { AssignerDeps } from './index.ts'
import { LOOK_LOAD_MS } from './limits.ts'
import type { Proposals } from './proposals.ts'

/** The rules from which a canary that goes back leaves what was said since (`control/registry/steering.ts`). */
const RETURN_SINCE = 2

export interface Steering {
  /** By whoever decides: proposes what is to be otherwise. */
  look(nodes: readonly Pick<PlacementNode, 'id' | 'live'>[]): void
  /** Somebody waits for what is asleep. */
  isWoken(): boolean
  /** Another decides now: what is remembered would be old when it is this one again. */
  forget(): void
}

export interface SteeringDeps
  extends Pick<AssignerDeps, 'view' | 'primary' | 'loads' | 'past' | 'clock'> {
  proposals: Proposals
  within(delayMs: number): void
}

/** Of one workload, from one look to the next. */
interface Watched {
  window: Window
  /** As it was at the last look. */
  totals: Totals
  scaling?: ScaleMemory
  canary?: CanaryMemory
}

export function createSteering(deps: SteeringDeps): Steering {
  const { view, primary, loads, proposals, clock, within } = deps
  let tally: Tally = createTally()
  let watched = new Map<string, Watched>()

  function isHeld({ workload: { name }, generation }: DesiredWorkload): boolean {
    return primary.view()?.workload(name)?.generation === generation
  }

  function measure(desired: DesiredWorkload, of: Watched): Measured {
    const { name, autoscale } = desired.workload
    const nowMs = clock.monotonicMs()
    const { open, waiting, byVersion, processor } = tally.of(name)
    const totals = [...byVersion.values()].reduce(sum, NOTHING)
    const hasGrown = totals.answers > of.totals.answers
    of.totals = totals
    of.window.add(totals, nowMs)
    const grown = of.window.grown(nowMs)
    const queue = autoscale?.queue && queueOf(autoscale.queue.key)
    const asked = grown?.totals ?? NOTHING
    const { latencies } = asked
    const p99Ms = latencyOf(latencies, { share: 0.99, least: LATENCY_ANSWERS_MIN })
    return {
      // A queue that cannot be read is not empty.
      asked: hasGrown || open > 0 || (autoscale?.queue !== undefined && queue !== 0),
      waiting,
      ...(grown && { perSecond: (grown.totals.answers * 1_000) / grown.ms }),
      ...(p99Ms !== undefined && { p99Ms }),
      ...(autoscale?.p99Ms !== undefined && { late: lateShare(asked, autoscale.p99Ms) }),
      ...(processor.copies > 0 && { processor }),
      ...(queue !== undefined && { queue }),
    }
  }

  /** What a key holds, if it is a whole number; a queue that nobody wrote is empty. */
  function queueOf(key: string): number | undefined {
    const registry = primary.view()
    const held = registry?.get(key)
    if (registry && !held) return 0
    return held && queueLength(held.value)
  }

  /** Before all of the committee know what keeps rules, all that was before comes back. */
  function mayReturn(): boolean {
    return (primary.view()?.version ?? 0) >= RETURN_SINCE
  }

  function scaleOne(desired: DesiredWorkload, of: Watched, own: readonly Instance[]): void {
    const { workload, generation } = desired
    const serving = new Set(own.filter(isHealthy).map(({ index }) => index)).size
    const measured = measure(desired, of)
    const nowMs = clock.monotonicMs()
    const { memory, decision } = scale(of.scaling, { nowMs, workload, serving, measured })
    of.scaling = memory
    if (!decision) return
    const body = { workload: workload.name, generation, ...decision }
    proposals.propose(`scale ${workload.name}`, { kind: 'workload.scale', body })
  }

  function stepOne(desired: DesiredWorkload, of: Watched, own: readonly Instance[]): void {
    const { workload, generation } = desired
    const template = templateOf(workload)
    const { byVersion } = tally.of(workload.name)
    const others = [...byVersion].filter(([version]) => version !== template)
    const current = own.filter((one) => one.index < workload.replicas && isCurrent(one, desired))
    const { memory, stepping } = judge(of.canary, {
      ...{ nowMs: clock.monotonicMs(), desired, wanted: renewableOf(desired) },
      copies: current.map((one) => ({
        ...{ id: one.id, index: one.index, healthy: isHealthy(one), restarts: one.restarts },
        ...{ warming: !isWarm(one), unready: isUnready(one), unstarted: unstartedOf(one) },
      })),
      fresh: byVersion.get(template) ?? NOTHING,
      old: others.map(([, totals]) => totals).reduce(sum, NOTHING),
    })
    of.canary = memory
    const about = { workload: workload.name, generation, template }
    if (stepping?.kind === 'step') {
      const body = { ...about, step: stepping.step }
      proposals.propose(`canary ${workload.name}`, { kind: 'canary.step', body })
    } else if (stepping) {
      const { kind: _, ...failure } = stepping
      const past = deps.past(workload.name)
      const serves = servedBefore(desired, past, own.filter(isHealthy))
      const way = beforeAndBegin(workload, past, serves)
      if (!way) return
      const { before, began } = way
      const body = { ...about, ...failure, to: before.generation }
      const stays = staying(workload, began, before.workload)
      proposals.propose(
        `canary ${workload.name}`,
        mayReturn()
          ? { kind: 'canary.return', body: { ...body, stays } }
          : { kind: 'canary.revert', body },
      )
    }
  }

  return {
    look(nodes) {
      const wanted = view.wanted()
      const live = new Set(nodes.flatMap((node) => (node.live ? [node.id] : [])))
      // What was told of a copy out of sight is old: it neither serves nor fails as far as anyone knows.
      const inSight = () => view.instances().filter(({ node }) => live.has(node))
      const changing = canariesUnderWay(wanted, inSight)
      const steered = wanted.filter(
        (one) =>
          (one.workload.autoscale || changing.has(one.workload.name)) &&
          !one.workload.paused &&
          isHeld(one),
      )
      const before = watched
      watched = new Map()
      if (steered.length === 0) return
      within(LOOK_LOAD_MS)
      tally.take(loads.list())
      const instances = Map.groupBy(inSight(), ({ workload }) => workload)
      for (const desired of steered) {
        const { name, autoscale } = desired.workload
        const of = before.get(name) ?? { window: createWindow(), totals: NOTHING }
        watched.set(name, of)
        const own = instances.get(name) ?? []
        if (!changing.has(name)) delete of.canary
        if (autoscale) scaleOne(desired, of, own)
        if (changing.has(name)) stepOne(desired, of, own)
      }
    },
    isWoken() {
      const sleeping = view
        .wanted()
        .filter(({ workload }) => workload.replicas === 0 && !workload.paused)
      if (sleeping.length === 0) return false
      const told = loads.list()
      return sleeping.some(({ workload: { name } }) =>
        told.some(({ load }) => (load.asked.get(name)?.waiting ?? 0) > 0),
      )
    },
    forget() {
      if (watched.size === 0) return
      tally = createTally()
      watched = new Map()
    },
  }
}
