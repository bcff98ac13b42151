/**
 * The shell of the reconciler: plans whenever something changed, from what is wanted, what peers
 * tell and what runs here, and has the plan carried out.
 */
import { every } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { place } from '../placement/index.ts'
import type { Instance } from '../spec/index.ts'
import { createCrew } from './crew.ts'
import { createEngines } from './engines.ts'
import { createHealthProbe } from './health-probe.ts'
import type { Reconciler, ReconcilerDeps, ReconcilerOptions } from './index.ts'
import { createJobClerk } from './job-clerk.ts'
import {
  LIVENESS_SETTLE_MS,
  REMOTE_CHANGE_MS,
  SENSE_PERIOD_MS,
  UNREADY_PERIOD_MS,
  WORD_WAIT_MS,
} from './limits.ts'
import { type PlanInput, plan } from './plan.ts'
import { createPlanTimer } from './plan-timer.ts'
import { createPublisher } from './publisher.ts'
import { createReadiness } from './readiness.ts'
import { type WordWaits, waitedLong, wordWaits } from './word-waits.ts'
import type { ViewChange } from './work-view.ts'

export function createReconciler(
  deps: ReconcilerDeps,
  options: ReconcilerOptions = {},
): Reconciler {
  const { view, membership, state, clock, random, runners } = deps
  const { self } = membership
  const logger = deps.logger.child('reconcile')
  const listeners = new Set<(instance: Instance) => void>()
  const publisher = createPublisher({ state, clock, logger })
  const timer = createPlanTimer(clock, reconcile)
  const readiness = createReadiness(deps, options)
  const engines = createEngines({
    ...{ runners, membership, clock, logger, strangers: deps.strangers ?? ['container'] },
    onList(runner, listed, sinceMs) {
      crew.listed(runner, listed, sinceMs)
      timer.within(0)
    },
  })
  const clerk = createJobClerk({
    ...{ primary: deps.primary, clock, logger },
    replan: () => timer.within(0),
  })
  const crew = createCrew({
    clerk,
    owner: () => membership.list().find(({ id }) => id === self)?.owner,
    ...{ self, runners, engines, view, publisher, clock, random, logger },
    probe: deps.probe ?? createHealthProbe(),
    access: deps.access,
    keeper: deps.keeper,
    untilUnused: deps.untilUnused ?? (async () => {}),
    onChange(instance) {
      for (const listener of listeners) listener(instance)
    },
    replan: () => timer.within(0),
  })

  let running = false
  let sensed = false
  let doomedSinceMs: PlanInput['doomedSinceMs'] = new Map()
  let waits: WordWaits = new Map()
  let stopWatching: (() => void | Promise<void>)[] = []

  function reconcile(): void {
    // Before the first look at what runs here, everything would seem to be missing.
    if (!sensed) return
    const input = planInput()
    const next = plan(input)
    doomedSinceMs = next.doomedSinceMs
    crew.act(next)
    if (!input.ready || !input.settled) timer.within(UNREADY_PERIOD_MS)
    if (waits.size > 0) timer.within(WORD_WAIT_MS)
    if (next.againAtMs !== undefined) timer.within(next.againAtMs - input.nowMs)
  }

  function planInput(): PlanInput {
    const seen = view.placementInput()
    const left = new Set(seen.nodes.filter((one) => one.left).map(({ id }) => id))
    const others = seen.instances.filter(({ node }) => node !== self)
    const local = crew.locals()
    // Of itself this node knows better than its records, and it is alive whoever doubts it.
    const nodes = seen.nodes.map((one) => (one.id === self ? { ...one, live: !one.left } : one))
    const instances = [...others, ...crew.instances()]
    const nowMs = clock.monotonicMs()
    const inPlace = waitedLong(waits, nowMs)
    const placement = place({ ...seen, nodes, instances, inPlace })
    waits = wordWaits(waits, placement, { self, nowMs })
    return {
      ...{ self, nowMs, placement },
      wanted: new Map(seen.workloads.map((one) => [one.workload.name, one])),
      jobs: seen.jobs ?? new Map(),
      bound: seen.committed?.bound ?? new Set(),
      pastOf: view.past,
      recordOf: view.recordOf,
      local,
      others: others.filter(({ node }) => !left.has(node)),
      ready: readiness.isReady() && view.isCurrent(),
      synced: state.synced,
      settled: readiness.isSettled(),
      left: left.has(self),
      doomedSinceMs,
    }
  }

  function onViewChange(change: ViewChange): void {
    if (change.of === 'liveness') {
      readiness.livenessChanged()
      timer.within(LIVENESS_SETTLE_MS)
    }
    // What this node says of its own instances is no news to it.
    if (change.of === 'instance' && change.node === self) return
    timer.within(change.of === 'instance' ? REMOTE_CHANGE_MS : 0)
  }

  const onSenseError = (error: unknown): void =>
    logger.warn('What runs here could not be listed', { error })

  return {
    async start() {
      if (running) return
      running = true
      readiness.start()
      timer.start()
      stopWatching = [
        view.subscribe(onViewChange),
        every(clock, SENSE_PERIOD_MS, engines.sense, onSenseError),
      ]
      await engines.start()
      sensed = true
      crew.takeUpRecords()
      timer.within(0)
    },
    async stop() {
      if (!running) return
      running = false
      sensed = false
      timer.stop()
      for (const stop of stopWatching) await stop()
      const end = options.endOnStop ?? true
      await engines.stop({ withdraw: end })
      clerk.stop()
      await crew.dismiss({ end })
      await publisher.flush()
    },
    local: () => crew.instances(),
    async command(instance, request) {
      const runner = crew.runnerOf(instance)
      if (runner) return runner.command(instance, request)
      throw new MyceliumError('NOT_FOUND', `No instance ${instance} is on this node.`)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
