/**
 * The instances of this node, one driver each: taken up from what runs and from records of an
 * earlier life, claimed, started and ended as the plan says, and told of.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import { isOf, NO_RECORD, type SlotState, slotStates } from '../jobs/index.ts'
import type { InstanceAccesses, OutputKeeper, Runner, Running } from '../runners/index.ts'
import {
  comesAlone,
  copyName,
  DEFAULT_GRACE_MS,
  DEFAULT_RESTART,
  type DesiredWorkload,
  type Instance,
  isCurrent,
  jobInstanceId,
  mayRestart,
  slotOf,
  type WorkloadKind,
} from '../spec/index.ts'
import { backoffMs } from './backoff.ts'
import type { Engines } from './engines.ts'
import { createGraces } from './graces.ts'
import type { HealthProbe } from './health-probe.ts'
import { createInstanceDriver, type InstanceDriver, type Preceding } from './instance-driver.ts'
import type { JobClerk } from './job-clerk.ts'
import {
  ALONE_UNUSED_MS,
  DRAIN_MS,
  DUPLICATE_GRACE_MS,
  INSTANCES_MAX,
  STARTS_PARALLEL_MAX,
  STOP_GRACE_MS,
  STOP_GRACE_MS_MAX,
} from './limits.ts'
import {
  claimed,
  inherited,
  type LocalInstance,
  type Reason,
  toInstance,
} from './local-instance.ts'
import { type Claim, cededFor, type EndReason, isDone, isUntold, type Plan } from './plan.ts'
import type { Publisher } from './publisher.ts'
import { createWarmUps } from './warm-ups.ts'
import type { WorkView } from './work-view.ts'

export interface Crew {
  locals(): LocalInstance[]
  /** The same as others are told of them. */
  instances(): Instance[]
  /** The runner of an instance of this node. */
  runnerOf(id: string): Runner | undefined
  act(plan: Plan): void
  /** What a runner lists, compared with what is known: adopted, updated, or found missing. */
  listed(runner: Runner, running: readonly Running[], sinceMs: number): void
  /** Records of an earlier life of which nothing runs: started again if still wanted here. */
  takeUpRecords(): void
  /** Ends everything, or leaves it running and looks after it no more. */
  dismiss(options: { end: boolean }): Promise<void>
}

export interface CrewDeps {
  self: NodeId
  runners: Readonly<Partial<Record<WorkloadKind, Runner>>>
  engines: Pick<Engines, 'gone' | 'keptToOwner' | 'allListed'>
  /** Of this node; undefined while nobody has said. */
  owner: () => OwnerId | undefined
  view: Pick<WorkView, 'desired' | 'past' | 'instances' | 'isCurrent' | 'job' | 'recordOf'>
  publisher: Publisher
  clerk: JobClerk
  probe: HealthProbe
  access: InstanceAccesses | undefined
  keeper: OutputKeeper | undefined
  untilUnused: (instance: string, mostMs: number) => Promise<void>
  clock: Clock
  random: Random
  logger: Logger
  onChange: (instance: Instance) => void
  /** Something happened that a new plan may answer. */
  replan: () => void
}

export function createCrew(deps: CrewDeps): Crew {
  const { self, engines, view, publisher, clock, logger, replan } = deps
  const drivers = new Map<string, InstanceDriver>()
  const graces = createGraces(view)
  const warmUps = createWarmUps({
    clock,
    warmUpMsOf(local) {
      const desired = view.desired(local.workload)
      return desired && isCurrent(local, desired) ? (desired.workload.rollout.warmUpMs ?? 0) : 0
    },
    onWarm(id) {
      const driver = drivers.get(id)
      if (driver) tell(driver.local)
    },
  })
  const tasks = new Set<Promise<unknown>>()
  /** Attempts that are given up, by the ids of what has yet to end of them. */
  const ceding = new Map<string, Reason>()
  let startsUnderWay = 0
  let leftoversSwept = false

  function claim({ desired, index, attempt, awaitsRoom = false }: Claim): void {
    const runner = deps.runners[desired.workload.kind]
    const id = attempt
      ? jobInstanceId({ workload: desired.workload.name, index, node: self }, attempt.turn)
      : `${copyName(desired.workload.name, index)}-${Buffer.from(deps.random.bytes(3)).toString('hex')}`
    if (!runner || drivers.has(id)) return
    // What has ended for good holds its slot and takes nothing.
    const open = [...drivers.values()].filter(({ local }) => local.phase.kind !== 'over').length
    if (open >= INSTANCES_MAX) {
      logger.warn('This node runs as many instances as it may', { most: INSTANCES_MAX })
      return
    }
    const failures = attempt?.failures ?? 0
    const waitMs = failures > 0 ? backoffMs(failures, false, desired.workload.restart) : 0
    const untilMs = clock.monotonicMs() + waitMs
    const driver = adopt(runner, claimed(desired, { index, id, untilMs, awaitsRoom }))
    tell(driver.local)
    // An attempt waits for the registry's word first, and what waits for room prepares itself.
    if (!attempt && !awaitsRoom) run(driver, desired)
  }

  function run(driver: InstanceDriver, desired: DesiredWorkload): void {
    begin(driver, desired, () => driver.run(desired, inSlotBefore(driver, desired)))
  }

  function begin(
    driver: InstanceDriver,
    desired: DesiredWorkload,
    step: () => Promise<void>,
  ): void {
    const isStranger = desired.owner !== deps.owner()
    const kept = isStranger ? engines.keptToOwner(driver.runner) : undefined
    // Others place by what this node tells; whoever does not, is refused here.
    const gone = engines.gone(driver.runner) ?? kept
    if (gone) driver.wait(gone)
    if (gone || driver.clearing || startsUnderWay >= STARTS_PARALLEL_MAX) return
    startsUnderWay++
    const done = step().finally(() => {
      startsUnderWay--
      replan()
    })
    task(done)
  }

  function graceMsOf(driver: InstanceDriver, reason?: EndReason): number {
    // The other one of two serves already.
    if (reason === 'DUPLICATE') return saidGraceMs(driver, DUPLICATE_GRACE_MS)
    return saidGraceMs(driver, DEFAULT_GRACE_MS)
  }

  /** What its workload says, or `otherwise` where that says nothing of its own. */
  function saidGraceMs({ local }: InstanceDriver, otherwise: number): number {
    const graceMs = graces.of(local.workload)
    return graceMs === DEFAULT_GRACE_MS ? otherwise : graceMs
  }

  /**
   * What still holds the same slot here must have ended before a start: it may have the host port, or
   * write the same volume. What goes on serving is asked to end only then, when nothing else is missing.
   */
  function inSlotBefore({ local }: InstanceDriver, { workload }: DesiredWorkload): Preceding {
    const slot = slotOf(local.workload, local.index)
    const before = (): InstanceDriver[] =>
      [...drivers.values()].filter((other) => {
        return (
          other.local.id !== local.id && slotOf(other.local.workload, other.local.index) === slot
        )
      })
    const endOne = (other: InstanceDriver): Promise<void> => {
      if (other.local.phase.kind === 'ending') {
        return end(other, { drainMs: 0, graceMs: graceMsOf(other) })
      }
      logger.info('Ending an instance', { id: other.local.id, reason: 'REPLACED' })
      // Nothing serves until it has ended.
      return endFor(other, 'REPLACED', { unusedMs: ALONE_UNUSED_MS })
    }
    const alone = comesAlone(workload)
    const mustEnd = (other: InstanceDriver): boolean => alone || other.local.phase.kind === 'ending'
    return {
      serves: () => alone && before().some((other) => other.local.phase.kind === 'running'),
      async end() {
        await Promise.all(before().filter(mustEnd).map(endOne))
      },
    }
  }

  async function end(driver: InstanceDriver, how: Parameters<InstanceDriver['end']>[0]) {
    const { id } = driver.local
    const isGone = await driver.end(how)
    if (!isGone || drivers.get(id) !== driver || driver.local.phase.kind !== 'ending') return
    const why = ceding.get(id)
    ceding.delete(id)
    // The next may begin elsewhere once nothing of it runs: it is kept until the registry holds that.
    if (why) return driver.cede(why)
    drivers.delete(id)
    warmUps.forget(id)
    deps.keeper?.ended(id)
    publisher.retract({ id, node: self })
    deps.onChange({ ...toInstance(driver.local, self), status: 'Stopped' })
    replan()
  }

  async function endFor(driver: InstanceDriver, reason: EndReason, how = {}): Promise<void> {
    const { local } = driver
    const why = hasOpenAttempt(local) ? cededFor(reason, local) : undefined
    if (why) ceding.set(local.id, why)
    const graceMs = graceMsOf(driver, reason)
    await end(driver, { drainMs: DRAIN_MS, unusedMs: graceMs, graceMs, ...how })
  }

  /** The registry holds that this node began it, and no end of it. */
  function hasOpenAttempt(local: LocalInstance): boolean {
    const state = slotStateOf(local)
    return state?.kind === 'begun' && state.node === self && isOf(state, local.id)
  }

  function slotStateOf({ workload: name, index }: LocalInstance): SlotState | undefined {
    const desired = view.desired(name)
    return desired && slotStates(desired.workload, view.job(name) ?? NO_RECORD)[index]
  }

  function adopt(runner: Runner, local: LocalInstance): InstanceDriver {
    const driver = createInstanceDriver(
      {
        runner,
        clock,
        logger,
        probe: deps.probe,
        access: deps.access,
        keeper: deps.keeper,
        untilUnused: deps.untilUnused,
        partsOf(one) {
          const isFrom = (version: DesiredWorkload): boolean => isCurrent(one, version)
          const desired = view.desired(one.workload)
          const from = desired && isFrom(desired) ? desired : view.past(one.workload).find(isFrom)
          return from?.workload.parts
        },
        hasHeard: view.isCurrent,
        restartOf: (one) => view.desired(one.workload)?.workload.restart ?? DEFAULT_RESTART,
        graceMsOf: (one) => graces.of(one.workload),
        engineGone: () => engines.gone(runner),
        onChange: tell,
      },
      local,
    )
    drivers.set(local.id, driver)
    return driver
  }

  function told(local: LocalInstance, warmsUntil = warmUps.until(local)): Instance {
    return { ...toInstance(local, self), ...(warmsUntil !== undefined && { warmsUntil }) }
  }

  function tell(local: LocalInstance): void {
    const instance = told(local, warmUps.tell(local))
    publisher.publish(instance)
    deps.onChange(instance)
    // A start that goes on changes nothing that is planned from; it may tell of many steps.
    if (local.phase.kind !== 'starting') replan()
  }

  function ownRecords(): Instance[] {
    return view.instances().filter(({ node }) => node === self)
  }

  function takeUpRecords(): void {
    for (const record of ownRecords()) {
      if (drivers.has(record.id)) continue
      const kind = view.desired(record.workload)?.workload.kind
      const runner = kind && deps.runners[kind]
      if (runner && record.status !== 'Stopping') {
        const vanished = {
          code: 'VANISHED',
          message: 'It no longer ran when this node came back.',
        }
        const reason = engines.gone(runner) ?? (record.awaitsRoom ? record.reason : vanished)
        const driver = adopt(runner, inherited({ ...record, kind }, record, reason))
        // It had been started, and nobody saw how it ended.
        if (record.startedAt !== undefined && !engines.gone(runner)) driver.vanished()
        tell(driver.local)
      } else if (engines.allListed() || view.recordOf(record.workload) === 'ended') {
        publisher.retract(record)
      }
    }
  }

  /** What its record says is not known elsewhere, or must go on holding its slot. */
  function isToStay(one: InstanceDriver): boolean {
    const desired = view.desired(one.local.workload)
    if (!desired) return false
    const { restart } = desired.workload
    // No plan may have come to it yet, as where what is wanted was not known for sure.
    if (one.local.exit && !mayRestart(restart, one.local)) one.rest()
    // That it could not get what it needs keeps its next try from taking the room of what serves.
    if (one.local.awaitsRoom) return true
    return isDone(one.local, desired) || isUntold(self, one.local, slotStateOf(one.local))
  }

  /** Doors and logs of instances that ended while this node was away, once all that runs is known. */
  function sweepLeftovers(): void {
    if (leftoversSwept || !engines.allListed()) return
    leftoversSwept = true
    const ids = [...drivers.keys()]
    deps.keeper?.keepOnly(ids)
    if (deps.access) task(deps.access.keepOnly(ids))
  }

  function locals(): LocalInstance[] {
    return [...drivers.values()].map(({ local }) => local)
  }

  function task(promise: Promise<unknown>): void {
    const caught = promise
      .catch((error) => logger.error('A step of the reconciler failed', { error }))
      .finally(() => tasks.delete(caught))
    tasks.add(caught)
  }

  return {
    locals,
    instances: () => [...drivers.values()].map(({ local }) => told(local)),
    runnerOf: (id) => drivers.get(id)?.runner,
    act({ ends, claims, begins, rests, reports, prepares, runs }) {
      for (const { id, reason } of ends) {
        const driver = drivers.get(id)
        if (!driver) continue
        logger.info('Ending an instance', { id, reason })
        task(endFor(driver, reason))
      }
      for (const id of rests) drivers.get(id)?.rest()
      for (const { id, exitCode } of reports) {
        const local = drivers.get(id)?.local
        if (local) deps.clerk.end(local, exitCode)
      }
      for (const one of claims) claim(one)
      for (const id of begins) {
        const local = drivers.get(id)?.local
        if (local) deps.clerk.begin(local)
      }
      for (const { id, desired } of prepares) {
        const driver = drivers.get(id)
        if (driver) begin(driver, desired, () => driver.prepare(desired))
      }
      for (const { id, desired } of runs) {
        const driver = drivers.get(id)
        if (driver) run(driver, desired)
      }
      for (const local of warmUps.outdated(locals())) tell(local)
      graces.hear([...drivers.values()].map(({ local }) => local.workload))
    },
    listed(runner, listed, sinceMs) {
      const ids = new Set(listed.map(({ id }) => id))
      for (const running of listed) {
        const known = drivers.get(running.id)
        const record = known ? undefined : ownRecords().find(({ id }) => id === running.id)
        const driver =
          known ?? adopt(runner, inherited({ ...running, kind: runner.kind }, record, undefined))
        driver.sensed(running)
        if (!known) tell(driver.local)
      }
      for (const driver of drivers.values()) {
        if (driver.runner !== runner) continue
        const { id, phase } = driver.local
        if (phase.kind === 'ending' && phase.stuck) {
          task(end(driver, { drainMs: 0, graceMs: graceMsOf(driver) }))
        }
        if (ids.has(id)) continue
        if (phase.kind === 'waiting' && phase.leftover) driver.vanished()
        if (phase.kind === 'running' && phase.sinceMs < sinceMs) driver.vanished()
      }
      takeUpRecords()
      sweepLeftovers()
    },
    takeUpRecords,
    async dismiss(options) {
      const leave = (one: InstanceDriver): Promise<void> => {
        if (!options.end) return one.release()
        const graceMs = Math.min(STOP_GRACE_MS_MAX, saidGraceMs(one, STOP_GRACE_MS))
        if (isToStay(one)) return one.putAway(graceMs)
        return end(one, { drainMs: 0, graceMs })
      }
      await Promise.all([...drivers.values()].map(leave))
      await Promise.all(tasks)
      warmUps.stop()
      drivers.clear()
    },
  }
}
