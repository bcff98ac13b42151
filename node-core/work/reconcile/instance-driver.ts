/** The shell of one instance: runs it, checks its health, ends it, and says what became of it. */
import { type Clock, sleep } from '../../base/clock/index.ts'
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { InstanceAccesses, OutputKeeper, Runner, Running } from '../runners/index.ts'
import type { DesiredWorkload, Part, Restart } from '../spec/index.ts'
import { exitReason } from './exit-text.ts'
import type { HealthProbe } from './health-probe.ts'
import { ENGINE_LOOKS_MAX, RETRY_PROBE_MS, SECRET_RETRY_MS, STOP_GRACE_MS_MAX } from './limits.ts'
import {
  ceded,
  type Exit,
  ending,
  failed,
  foundEnded,
  held,
  isUnstarted,
  type LocalInstance,
  over,
  preparing,
  probed,
  progressed,
  type Reason,
  started,
  starting,
  stuck,
  unreachable,
  waitsForRoom,
  watched,
} from './local-instance.ts'
import { paced } from './pace.ts'
import { createAsker } from './probe-asking.ts'
import { createProbeLoop, type ProbeLoop } from './probe-loop.ts'
import { type Answer, whyGivenUp } from './probing.ts'
import { exitAtOnce, reasonOf } from './runner-failures.ts'

export interface InstanceDriver {
  readonly local: LocalInstance
  readonly runner: Runner
  /** It was given up, and its last run has yet to end: the next cannot begin. */
  readonly clearing: boolean
  run(desired: DesiredWorkload, preceding: Preceding): Promise<void>
  /** Has at hand what a start needs besides its room. */
  prepare(desired: DesiredWorkload): Promise<void>
  /** It cannot be started now, and people may see why. */
  wait(reason: Reason): void
  /** It has come to its end, and stays there. */
  rest(): void
  /** What the runner lists of it. */
  sensed(running: Running): void
  /** The runner lists it no more. */
  vanished(): void
  /** Says that it stops, lets edges hear it and what is under way end, then ends it. True when it is gone. */
  end(options: { drainMs: number; unusedMs?: number; graceMs: number }): Promise<boolean>
  /** It has been ended, and stays to be told of. */
  cede(reason: Reason): void
  /** Nothing is left of it here but what is told of it. */
  putAway(graceMs: number): Promise<void>
  /** Stops looking after it and leaves it as it is. */
  release(): Promise<void>
}

/** What must have ended here before an instance may come. */
export interface Preceding {
  /** Some of it serves, and goes on until everything else that a start needs is there. */
  serves(): boolean
  end(): Promise<void>
}

export interface InstanceDriverDeps {
  runner: Runner
  probe: HealthProbe
  access: InstanceAccesses | undefined
  keeper: OutputKeeper | undefined
  untilUnused: (instance: string, mostMs: number) => Promise<void>
  clock: Clock
  logger: Logger
  /** What it was started from; undefined where that is not known here. */
  partsOf: (local: LocalInstance) => readonly Part[] | undefined
  /** Whether that will not be known by waiting. */
  hasHeard: () => boolean
  restartOf: (local: LocalInstance) => Restart
  graceMsOf: (local: LocalInstance) => number
  /** Why the runner cannot work now; undefined when it can. */
  engineGone: () => Reason | undefined
  onChange: (local: LocalInstance) => void
}

export function createInstanceDriver(
  deps: InstanceDriverDeps,
  initial: LocalInstance,
): InstanceDriver {
  const { runner, clock, logger } = deps
  const ask = createAsker(deps)
  let local = initial
  const care = new AbortController()
  let work: Promise<unknown> = Promise.resolve()
  /** The end of an unhealthy run, which the next run of the same id must wait for. */
  let clearing: Promise<unknown> | undefined
  let loop: ProbeLoop | undefined
  let cancelLook: () => void = () => {}
  /** Looks in a row that found the engine gone, of what has no probe to say so. */
  let enginelessLooks = 0
  let ended: Promise<boolean> | undefined

  const become = (next: LocalInstance): void => {
    if (next === local) return
    local = next
    deps.onChange(next)
  }
  /** Everything under way for this instance stops. */
  const drop = async (): Promise<void> => {
    const stopped = stopWatching()
    care.abort(new MyceliumError('START_FAILED', 'It is no longer wanted here.'))
    await Promise.all([work, stopped])
  }

  function stopWatching(): Promise<void> | undefined {
    cancelLook()
    const stopped = loop?.stop()
    loop = undefined
    return stopped
  }

  async function start(
    { workload, owner }: DesiredWorkload,
    { leftover, preceding }: { leftover: boolean; preceding: Preceding },
    signal: AbortSignal,
  ): Promise<void> {
    const { id, index, generation } = local
    const onProgress = progressOf(signal)
    try {
      // Of its parts some may run still.
      if (leftover) await remove(graceMs(), { again: true })
      const access = await deps.access?.open(local)
      signal.throwIfAborted()
      if (preceding.serves()) await runner.obtain({ workload, signal, onProgress })
      signal.throwIfAborted()
      await preceding.end()
      signal.throwIfAborted()
      const running = await runner.run({
        ...(access && { access }),
        id,
        workload,
        owner,
        index,
        generation,
        signal,
        onLastWords: (lines) => deps.keeper?.wrote(local, lines),
        onProgress,
      })
      if (signal.aborted) return
      deps.keeper?.begins(local)
      serve(running)
    } catch (error) {
      if (!signal.aborted) notStarted(error, { leftover: true })
    }
  }

  function notStarted(error: unknown, { leftover }: { leftover: boolean }): void {
    shut()
    const reason = reasonOf(error)
    logger.info('An instance could not be started', { id: local.id, code: reason.code })
    if (reason.code === 'ENGINE_UNAVAILABLE') become(unreachable(local, reason))
    else if (isCode(error, 'SECRET_WAITING') || isCode(error, 'SECRET_MISSING')) {
      become(held(local, reason, clock.monotonicMs() + SECRET_RETRY_MS))
    } else fail(reason, { leftover, ...exitAtOnce(error, clock.wallMs()) })
  }

  async function obtain({ workload, owner }: DesiredWorkload, signal: AbortSignal): Promise<void> {
    try {
      await deps.access?.open(local)
      signal.throwIfAborted()
      await runner.obtain({ workload, owner, signal, onProgress: progressOf(signal) })
      signal.throwIfAborted()
      become(waitsForRoom(local, 'ready'))
    } catch (error) {
      if (!signal.aborted) notStarted(error, { leftover: false })
    }
  }

  function progressOf(signal: AbortSignal) {
    return paced(clock, (progress) => {
      if (!signal.aborted) become(progressed(local, progress))
    })
  }

  /** Of what has failed: its next run waits for it, and so does a node that stops. */
  function graceMs(): number {
    return Math.min(STOP_GRACE_MS_MAX, deps.graceMsOf(local))
  }

  /** What it wrote last is kept before it is removed. */
  function remove(withinMs: number, { again } = { again: false }): Promise<void> {
    const { id } = local
    const drained = async (): Promise<void> => deps.keeper?.drained(id)
    return runner.end(id, { graceMs: withinMs, again, drained })
  }

  function fail(reason: Reason, how: { leftover: boolean; exit?: Exit }): void {
    const backoff = deps.restartOf(local)
    const now = { nowMs: clock.monotonicMs(), wallMs: clock.wallMs() }
    become(failed(local, reason, { ...how, backoff, ...now }))
  }

  /** What is found running comes in by the door that it was started with. */
  function reopen(): void {
    deps.access?.open(local).catch((error) => {
      logger.warn('An instance found running has no door', { id: local.id, error })
    })
  }

  /** It has ended, or never began. */
  function shut(): void {
    deps.access?.close(local.id).catch((error) => {
      logger.warn('The door of an instance stays', { id: local.id, error })
    })
  }

  function serve(running: Running): void {
    void stopWatching()
    deps.keeper?.follow(local, runner)
    const parts = deps.partsOf(local)
    const told = parts ?? (deps.hasHeard() ? [] : undefined)
    become(started(local, running, { parts: told, nowMs: clock.monotonicMs() }))
    const mine = createProbeLoop({
      clock,
      probing: () => (local.phase.kind === 'running' ? local.phase.probing : undefined),
      ask: (watched, signal) => ask(local, watched, AbortSignal.any([signal, care.signal])),
      onAnswer: (answer) => {
        if (mine === loop) take(answer)
      },
    })
    loop = mine
    enginelessLooks = 0
    mine.look()
    lookOn(parts !== undefined)
  }

  /**
   * What one that was found was started from is known once this node hears what is wanted; whom nobody
   * knows how to ask is well while it runs. Without a probe this alone tells that its engine is gone.
   */
  function lookOn(known: boolean): void {
    if (local.phase.kind !== 'running') return
    if (known && local.phase.probing.length > 0) return
    cancelLook = clock.timer(RETRY_PROBE_MS, () => {
      const parts = known ? undefined : deps.partsOf(local)
      const isLeft = local.health === 'unknown' && deps.hasHeard()
      const told = parts ?? (isLeft ? [] : undefined)
      if (told) become(watched(local, told, clock.monotonicMs()))
      if (told) loop?.look()
      enginelessLooks = deps.engineGone() ? enginelessLooks + 1 : 0
      if (enginelessLooks < ENGINE_LOOKS_MAX) lookOn(known || parts !== undefined)
      else work = giveUp()
    })
  }

  function take(answer: Answer): void {
    const next = probed(local, [answer], clock.monotonicMs())
    if (next === 'failed') {
      work = giveUp(answer)
    } else if (next.health === local.health && next.reason?.message === local.reason?.message) {
      local = next
    } else {
      become(next)
    }
  }

  /** It no longer answers: ended now, started again when its backoff is over. */
  async function giveUp(answer?: Answer): Promise<void> {
    const { phase } = local
    void stopWatching()
    const gone = deps.engineGone()
    if (gone) return become(unreachable(local, gone))
    const reason = whyGivenUp(phase.kind === 'running' ? phase.probing : [], answer)
    logger.warn('An instance no longer answers', { id: local.id })
    fail(reason, { leftover: true, exit: { code: undefined, atMs: clock.wallMs() } })
    clearing = remove(graceMs())
      .catch((error) => logger.warn('An unhealthy instance stays', { id: local.id, error }))
      .finally(() => {
        clearing = undefined
        shut()
        // It may be due by now.
        deps.onChange(local)
      })
    await clearing
  }

  async function endNow(options: Parameters<InstanceDriver['end']>[0]): Promise<boolean> {
    const ran = local.phase.kind === 'running'
    const isUntouched = isUnstarted(local)
    become(ending(local))
    await drop()
    if (ran && options.drainMs > 0) {
      await sleep(clock, options.drainMs)
      await deps.untilUnused(local.id, options.unusedMs ?? 0)
    }
    try {
      if (!isUntouched || !deps.engineGone()) await remove(options.graceMs)
      shut()
      return true
    } catch (error) {
      logger.warn('An instance could not be ended yet', { id: local.id, error })
      become(stuck(local, reasonOf(error)))
      return false
    }
  }

  return {
    get local() {
      return local
    },
    runner,
    get clearing() {
      return clearing !== undefined
    },
    async run(desired, preceding) {
      const { phase } = local
      if (phase.kind !== 'waiting' && phase.kind !== 'over') return
      const { signal } = care
      become(starting(local))
      const run = async (): Promise<void> => {
        await clearing
        const { leftover } = phase
        if (!signal.aborted) await start(desired, { leftover, preceding }, signal)
      }
      const running = run()
      work = running
      await running
    },
    async prepare(desired) {
      if (local.phase.kind !== 'waiting') return
      become(preparing(local))
      const running = obtain(desired, care.signal)
      work = running
      await running
    },
    wait(reason) {
      if (local.phase.kind !== 'waiting' || local.reason?.code === reason.code) return
      become({ ...local, reason })
    },
    rest() {
      become(over(local))
    },
    sensed(running) {
      const { phase } = local
      // It is listed still, and was given up already.
      if (clearing) return
      const idle = phase.kind === 'waiting' || phase.kind === 'over'
      // Read on where the engine has broken off, and what it wrote while this node was away.
      const unread = phase.kind === 'running' || (idle && !phase.leftover)
      if (unread) deps.keeper?.follow(local, runner)
      if (idle && running.state === 'running') {
        reopen()
        serve(running)
      } else if (idle && !phase.leftover) {
        if (phase.kind === 'over') local = { ...local, phase: { ...phase, leftover: true } }
        else local = foundEnded(local, { code: running.exitCode, atMs: clock.wallMs() })
      } else if (phase.kind === 'running' && running.state === 'exited') {
        void stopWatching()
        shut()
        const reason = exitReason(running)
        logger.info('An instance ended by itself', { id: local.id, code: running.exitCode })
        fail(reason, { leftover: true, exit: { code: running.exitCode, atMs: clock.wallMs() } })
      }
    },
    vanished() {
      // Its engine was gone, and has forgotten it: nobody saw how it ended.
      const ran = local.startedAtMs !== undefined && local.exit === undefined
      const unseen = { code: undefined, atMs: clock.wallMs() }
      if (local.phase.kind === 'waiting' && ran) become(foundEnded(local, unseen))
      if (local.phase.kind !== 'running') return
      void stopWatching()
      shut()
      const reason = { code: 'VANISHED', message: 'It was removed by someone else.' }
      fail(reason, { leftover: false, exit: { code: undefined, atMs: clock.wallMs() } })
    },
    async end(options) {
      ended ??= endNow(options).finally(() => {
        ended = undefined
      })
      return ended
    },
    cede(reason) {
      become(ceded(local, reason, clock.wallMs()))
    },
    async putAway(withinMs) {
      await drop()
      if (local.awaitsRoom) become(waitsForRoom(local, 'unready'))
      await remove(withinMs).catch((error) => {
        logger.warn('What has ended could not be put away', { id: local.id, error })
      })
    },
    release: drop,
  }
}
