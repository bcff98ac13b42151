/**
 * The shell of the reconciler: senses what runs, keeps one driver per instance, plans whenever
 * something changed, and does what the plan says.
 */
import { every } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { place } from '../placement/index.ts'
import type { Runner } from '../runners/index.ts'
import { type DesiredWorkload, type Instance, isCurrent, slotOf } from '../spec/index.ts'
import { createEngines } from './engines.ts'
import { createHealthProbe } from './health-probe.ts'
import type { Reconciler, ReconcilerDeps, ReconcilerOptions } from './index.ts'
import {
  createInstanceDriver,
  type InstanceDriver,
  type InstanceDriverDeps,
} from './instance-driver.ts'
import * as limits from './limits.ts'
import {
  claimed,
  inherited,
  type LocalInstance,
  type Reason,
  toInstance,
} from './local-instance.ts'
import { type EndReason, type Plan, plan } from './plan.ts'
import { createPublisher } from './publisher.ts'

export function createReconciler(
  deps: ReconcilerDeps,
  options: ReconcilerOptions = {},
): Reconciler {
  const { view, membership, state, net, clock, random } = deps
  const { self } = membership
  const log = deps.logger.child('reconcile')
  const probe = deps.probe ?? createHealthProbe()
  const graceMs = options.graceAfterStartMs ?? limits.GRACE_AFTER_START_MS
  const publisher = createPublisher({ state, clock, logger: log })
  const engines = createEngines({ runners: deps.runners, membership, clock, logger: log, onList })
  const drivers = new Map<string, InstanceDriver>()
  const listeners = new Set<(instance: Instance) => void>()
  const tasks = new Set<Promise<unknown>>()

  let life: 'new' | 'running' | 'stopped' = 'new'
  let sensed = false
  let startedMs = 0
  let livenessChangedMs = Number.NEGATIVE_INFINITY
  let doomedSinceMs: ReadonlyMap<string, number> = new Map()
  let startsUnderWay = 0
  let cancelTimer: () => void = () => {}
  let dueMs = Number.POSITIVE_INFINITY
  let stopHelpers: (() => void | Promise<void>)[] = []

  /** Plans after `delayMs`, or earlier if that was asked for already. */
  function planIn(delayMs: number): void {
    if (life !== 'running') return
    const atMs = clock.monotonicMs() + delayMs
    if (atMs >= dueMs) return
    cancelTimer()
    dueMs = atMs
    cancelTimer = clock.timer(delayMs, () => {
      dueMs = Number.POSITIVE_INFINITY
      reconcile()
    })
  }

  function isReady(): boolean {
    const aloneForLong = clock.monotonicMs() - startedMs >= limits.ALONE_AFTER_MS
    return state.synced || (aloneForLong && net.peers().length === 0)
  }

  function isSettled(): boolean {
    const nowMs = clock.monotonicMs()
    if (nowMs - livenessChangedMs < limits.LIVENESS_SETTLE_MS) return false
    if (nowMs - startedMs >= graceMs) return true
    return membership.list().every(({ liveness }) => liveness !== 'dead')
  }

  function reconcile(): void {
    // Before the first look at what runs here, everything would seem to be missing.
    if (!sensed) return
    const nowMs = clock.monotonicMs()
    const [ready, settled] = [isReady(), isSettled()]
    const seen = view.placementInput()
    const others = seen.instances.filter(({ node }) => node !== self)
    const gone = new Set(seen.nodes.filter(({ left }) => left).map(({ id }) => id))
    const local = [...drivers.values()].map((driver) => driver.local)
    // Of itself this node knows better than its records, and it is alive whoever doubts it.
    const nodes = seen.nodes.map((one) =>
      one.id === self && !one.left ? { ...one, live: true } : one,
    )
    const instances = [...others, ...local.map((one) => toInstance(one, self))]
    const next = plan({
      self,
      nowMs,
      placement: place({ ...seen, nodes, instances }),
      wanted: new Map(seen.workloads.map((one) => [one.workload.name, one])),
      recordOf: view.recordOf,
      local,
      others: others.filter(({ node }) => !gone.has(node)),
      ready,
      synced: state.synced,
      settled,
      left: gone.has(self),
      doomedSinceMs,
    })
    doomedSinceMs = next.doomedSinceMs
    act(next)
    if (!ready || !settled) planIn(limits.UNREADY_PERIOD_MS)
    if (next.againAtMs !== undefined) planIn(Math.max(0, next.againAtMs - nowMs))
  }

  function act({ ends, claims, runs }: Plan): void {
    for (const { id, reason } of ends) {
      const driver = drivers.get(id)
      if (driver) task(end(driver, reason, graceOf(reason)))
    }
    for (const { desired, index } of claims) claim(desired, index)
    for (const { id, desired } of runs) {
      const driver = drivers.get(id)
      if (driver) run(driver, desired)
    }
  }

  function claim(desired: DesiredWorkload, index: number): void {
    const runner = deps.runners[desired.workload.kind]
    if (!runner || drivers.size >= limits.INSTANCES_MAX) return
    const suffix = Buffer.from(random.bytes(3)).toString('hex')
    const id = `${desired.workload.name}-${index}-${suffix}`
    if (drivers.has(id)) return
    const driver = adopt(runner, claimed(desired, index, id))
    tell(driver.local)
    run(driver, desired)
  }

  function run(driver: InstanceDriver, desired: DesiredWorkload): void {
    const gone = engines.gone(driver.runner)
    if (gone) driver.wait(gone)
    if (gone || startsUnderWay >= limits.STARTS_PARALLEL_MAX) return
    startsUnderWay++
    const done = driver.run(desired, precedingEnds(driver)).finally(() => {
      startsUnderWay--
      planIn(0)
    })
    task(done)
  }

  /** What still holds the same slot here and is being ended: it may hold the host port. */
  function precedingEnds({ local }: InstanceDriver): Promise<unknown> {
    const slot = slotOf(local.workload, local.index)
    const before = [...drivers.values()].filter(
      (other) =>
        other.local.phase.kind === 'ending' &&
        slotOf(other.local.workload, other.local.index) === slot,
    )
    return Promise.all(before.map((other) => other.end({ drainMs: 0, graceMs: 0 })))
  }

  async function end(driver: InstanceDriver, reason: EndReason | 'NODE_STOPS', graceMs: number) {
    const { id } = driver.local
    log.info('Ending an instance', { id, reason })
    const drainMs = reason === 'NODE_STOPS' ? 0 : limits.DRAIN_MS
    if (!(await driver.end({ drainMs, graceMs }))) return
    drivers.delete(id)
    publisher.retract({ id, node: self })
    for (const listener of listeners) {
      listener({ ...toInstance(driver.local, self), status: 'Stopped' })
    }
    planIn(0)
  }

  function adopt(runner: Runner, local: LocalInstance): InstanceDriver {
    const driver = createInstanceDriver(instanceDeps(runner), local)
    drivers.set(local.id, driver)
    return driver
  }

  function instanceDeps(runner: Runner): InstanceDriverDeps {
    return {
      runner,
      probe,
      clock,
      logger: log,
      checkOf(local) {
        const desired = view.desired(local.workload)
        return desired && isCurrent(local, desired) ? desired.workload.health : undefined
      },
      engineGone: () => engines.gone(runner),
      onChange: tell,
    }
  }

  function tell(local: LocalInstance): void {
    const instance = toInstance(local, self)
    publisher.publish(instance)
    for (const listener of listeners) listener(instance)
    planIn(0)
  }

  /** What a runner lists, compared with what is known: adopted, updated, or found missing. */
  function onList(runner: Runner, listed: Awaited<ReturnType<Runner['list']>>, sinceMs: number) {
    const ids = new Set(listed.map(({ id }) => id))
    for (const running of listed) {
      const known = drivers.get(running.id)
      const driver = known ?? adopt(runner, inherited(running, recordOf(running.id), undefined))
      driver.sensed(running)
      if (!known) tell(driver.local)
    }
    for (const driver of drivers.values()) {
      const { id, phase } = driver.local
      if (driver.runner !== runner || ids.has(id)) continue
      if (phase.kind === 'running' && phase.sinceMs < sinceMs) driver.vanished()
      else if (phase.kind === 'ending') task(end(driver, 'REPLACED', 0))
    }
    takeUpRecords()
    planIn(0)
  }

  function recordOf(id: string): Instance | undefined {
    return view.instances().find((one) => one.node === self && one.id === id)
  }

  /** Records of an earlier life of which nothing runs: started again if still wanted here. */
  function takeUpRecords(): void {
    for (const record of view.instances()) {
      if (record.node !== self || drivers.has(record.id)) continue
      const kind = view.desired(record.workload)?.workload.kind
      const runner = kind && deps.runners[kind]
      if (runner && record.status !== 'Stopping') {
        const reason: Reason = engines.gone(runner) ?? {
          code: 'VANISHED',
          message: 'It no longer ran when this node came back.',
        }
        tell(adopt(runner, inherited(record, record, reason)).local)
      } else if (engines.allListed() || view.recordOf(record.workload) === 'ended') {
        publisher.retract(record)
      }
    }
  }

  function task(promise: Promise<unknown>): void {
    const caught = promise
      .catch((error) => log.error('A step of the reconciler failed', { error }))
      .finally(() => tasks.delete(caught))
    tasks.add(caught)
  }

  return {
    async start() {
      if (life === 'running') return
      life = 'running'
      startedMs = clock.monotonicMs()
      stopHelpers = [
        view.subscribe((change) => {
          if (change.of === 'liveness') {
            livenessChangedMs = clock.monotonicMs()
            planIn(limits.LIVENESS_SETTLE_MS)
          }
          // What this node says of its own instances is no news to it.
          if (change.of === 'instance' && change.node === self) return
          planIn(change.of === 'instance' ? limits.REMOTE_CHANGE_MS : 0)
        }),
        every(
          clock,
          limits.SENSE_PERIOD_MS,
          () => engines.sense(),
          (error) => log.warn('What runs here could not be listed', { error }),
        ),
      ]
      await engines.start()
      sensed = true
      takeUpRecords()
      planIn(0)
    },
    async stop() {
      if (life !== 'running') return
      life = 'stopped'
      cancelTimer()
      for (const stop of stopHelpers) await stop()
      const ends = options.endOnStop ?? true
      await engines.stop({ withdraw: ends })
      await Promise.all(
        [...drivers.values()].map((driver) =>
          ends ? end(driver, 'NODE_STOPS', limits.STOP_GRACE_MS) : driver.release(),
        ),
      )
      await Promise.all(tasks)
      await publisher.flush()
      drivers.clear()
    },
    local: () => [...drivers.values()].map(({ local }) => toInstance(local, self)),
    poke() {
      task(engines.sense())
      planIn(0)
    },
    logs(instance, logOptions) {
      const driver = drivers.get(instance)
      if (driver) return driver.runner.logs(instance, logOptions)
      throw new MyceliumError('NOT_FOUND', `No instance ${instance} is on this node.`)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** A duplicate is served by the other one already; the rest may have work to finish. */
function graceOf(reason: EndReason): number {
  return reason === 'DUPLICATE' ? limits.DUPLICATE_GRACE_MS : limits.END_GRACE_MS
}
