/** The shell of one instance: runs it, checks its health, ends it, and says what became of it. */
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { InstanceAccesses, Runner, Running } from '../runners/index.ts'
import type { DesiredWorkload, HealthCheck, Workload } from '../spec/index.ts'
import type { HealthProbe } from './health-probe.ts'
import { REASON_LENGTH_MAX } from './limits.ts'
import {
  ending,
  failed,
  type LocalInstance,
  probed,
  progressed,
  type Reason,
  started,
  starting,
  stuck,
  unreachable,
} from './local-instance.ts'

export interface InstanceDriver {
  readonly local: LocalInstance
  readonly runner: Runner
  /** Starts it. Waits for `after` first, which must end before this one may come. */
  run(desired: DesiredWorkload, after: Promise<unknown>): Promise<void>
  /** It cannot be started now, and people may see why. */
  wait(reason: Reason): void
  /** What the runner lists of it. */
  sensed(running: Running): void
  /** The runner lists it no more. */
  vanished(): void
  /** Says that it stops, lets edges hear it, then ends it. True when it is gone. */
  end(options: { drainMs: number; graceMs: number }): Promise<boolean>
  /** Stops looking after it and leaves it as it is. */
  release(): Promise<void>
}

export interface InstanceDriverDeps {
  runner: Runner
  probe: HealthProbe
  access: InstanceAccesses | undefined
  clock: Clock
  logger: Logger
  /** The check it was deployed with; undefined when something else is wanted by now. */
  checkOf: (local: LocalInstance) => HealthCheck | undefined
  /** Why the runner cannot work now; undefined when it can. */
  engineGone: () => Reason | undefined
  onChange: (local: LocalInstance) => void
}

export function createInstanceDriver(
  deps: InstanceDriverDeps,
  initial: LocalInstance,
): InstanceDriver {
  const { runner, clock, logger } = deps
  let local = initial
  const care = new AbortController()
  let work: Promise<unknown> = Promise.resolve()
  /** The end of an unhealthy run, which the next run of the same id must wait for. */
  let clearing: Promise<unknown> | undefined
  /** Counts runs, so that a late check of an earlier one says nothing about this one. */
  let runs = 0
  let cancelProbe: () => void = () => {}
  /** An old version is checked as it always was until the new one has taken its place. */
  let asked: HealthCheck = { kind: 'running' }
  let ended: Promise<boolean> | undefined

  const become = (next: LocalInstance): void => {
    if (next === local) return
    local = next
    deps.onChange(next)
  }
  /** Everything under way for this instance stops. */
  const drop = async (): Promise<void> => {
    cancelProbe()
    care.abort(new MyceliumError('START_FAILED', 'It is no longer wanted here.'))
    await work
  }

  async function start(workload: Workload, leftover: boolean, signal: AbortSignal): Promise<void> {
    const { id, index, generation } = local
    try {
      if (leftover) await runner.end(id, { graceMs: 0 })
      const access = await deps.access?.open(local)
      signal.throwIfAborted()
      const running = await runner.run({
        ...(access && { access }),
        id,
        workload,
        index,
        generation,
        signal,
        onProgress: (progress) => {
          if (!signal.aborted) become(progressed(local, progress))
        },
      })
      if (signal.aborted) return
      serve(running)
    } catch (error) {
      if (signal.aborted) return
      shut()
      const reason = reasonOf(error)
      logger.info('An instance could not be started', { id, code: reason.code })
      become(
        reason.code === 'ENGINE_UNAVAILABLE'
          ? unreachable(local, reason)
          : failed(local, reason, { nowMs: clock.monotonicMs(), leftover: true }),
      )
    }
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
    become(started(local, running, clock.monotonicMs()))
    runs++
    work = check(runs, care.signal)
  }

  /** Checks begin now that the engine's start call has returned, and go on while it runs. */
  async function check(run: number, signal: AbortSignal): Promise<void> {
    asked = deps.checkOf(local) ?? asked
    const ok = await passes(signal)
    if (signal.aborted || run !== runs || local.phase.kind !== 'running') return
    const next = probed(local, ok, asked, clock.monotonicMs())
    if (next === 'failed') return giveUp()
    if (next.health === local.health) local = next
    else become(next)
    if (next.phase.kind !== 'running') return
    cancelProbe = clock.timer(next.phase.probes.nextInMs, () => {
      work = check(run, signal)
    })
  }

  async function passes(signal: AbortSignal): Promise<boolean> {
    if (asked.kind === 'running') return deps.engineGone() === undefined
    const hostPort = local.ports[String(asked.port)]
    return hostPort !== undefined && (await deps.probe(asked, hostPort, signal))
  }

  /** It no longer answers: ended now, started again when its backoff is over. */
  async function giveUp(): Promise<void> {
    const gone = deps.engineGone()
    if (gone) return become(unreachable(local, gone))
    const reason = { code: 'UNHEALTHY', message: 'It no longer passed its health check.' }
    logger.warn('An instance no longer answers', { id: local.id })
    become(failed(local, reason, { nowMs: clock.monotonicMs(), leftover: true }))
    clearing = runner
      .end(local.id, { graceMs: 0 })
      .catch((error) => logger.warn('An unhealthy instance stays', { id: local.id, error }))
      .finally(() => {
        clearing = undefined
        shut()
      })
    await clearing
  }

  async function endNow(options: { drainMs: number; graceMs: number }): Promise<boolean> {
    const ran = local.phase.kind === 'running'
    become(ending(local))
    await drop()
    if (ran && options.drainMs > 0) {
      await new Promise<void>((resolve) => clock.timer(options.drainMs, resolve))
    }
    try {
      await runner.end(local.id, { graceMs: options.graceMs })
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
    async run(desired, after) {
      const { phase } = local
      if (phase.kind !== 'waiting') return
      const { signal } = care
      become(starting(local))
      const run = async (): Promise<void> => {
        await after
        await clearing
        if (!signal.aborted) await start(desired.workload, phase.leftover, signal)
      }
      const running = run()
      work = running
      await running
    },
    wait(reason) {
      if (local.phase.kind !== 'waiting' || local.reason?.code === reason.code) return
      become({ ...local, reason })
    },
    sensed(running) {
      const { phase } = local
      // It is listed still, and was given up already.
      if (clearing) return
      if (phase.kind === 'waiting' && running.state === 'running') {
        reopen()
        serve(running)
      } else if (phase.kind === 'waiting' && !phase.leftover) {
        local = { ...local, phase: { ...phase, leftover: true } }
      } else if (phase.kind === 'running' && running.state === 'exited') {
        cancelProbe()
        shut()
        const reason = exitReason(running.exitCode)
        logger.info('An instance ended by itself', { id: local.id, code: running.exitCode })
        become(failed(local, reason, { nowMs: clock.monotonicMs(), leftover: true }))
      }
    },
    vanished() {
      if (local.phase.kind !== 'running') return
      cancelProbe()
      shut()
      const reason = { code: 'VANISHED', message: 'It was removed by someone else.' }
      become(failed(local, reason, { nowMs: clock.monotonicMs(), leftover: false }))
    },
    async end(options) {
      ended ??= endNow(options).finally(() => {
        ended = undefined
      })
      return ended
    },
    release: drop,
  }
}

function exitReason(exitCode: number | undefined): Reason {
  const how = exitCode === undefined ? '' : ` with exit code ${exitCode}`
  return { code: 'EXITED', message: `The program ended${how}.` }
}

function reasonOf(error: unknown): Reason {
  const code = error instanceof MyceliumError ? error.code : 'START_FAILED'
  return { code, message: messageOf(error).slice(0, REASON_LENGTH_MAX) }
}
