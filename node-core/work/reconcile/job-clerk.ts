/**
 * Asks the registry before an attempt at a job begins, and tells it how the attempt ended. What became
 * of either is read from this node's copy, so nothing is remembered here but what is under way.
 */
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { RegistryAccess } from '../desired/index.ts'
import { turnOf } from '../spec/index.ts'
import { JOB_WORD_RETRY_MS } from './limits.ts'
import type { LocalInstance } from './local-instance.ts'

export interface JobClerk {
  begin(local: LocalInstance): void
  end(local: LocalInstance, exitCode: number | undefined): void
  /** Says nothing more. */
  stop(): void
}

export interface JobClerkDeps {
  primary: Pick<RegistryAccess, 'execute'>
  clock: Clock
  logger: Logger
  /** Something was committed, or it is time to ask again. */
  replan: () => void
}

type Command = Parameters<RegistryAccess['execute']>[0]

export function createJobClerk({ primary, clock, logger, replan }: JobClerkDeps): JobClerk {
  /** What was said a moment ago, and is not said again yet. */
  const said = new Set<string>()
  const underway = new Set<string>()
  const timers = new Set<() => void>()
  let stopped = false

  function say(key: string, command: Command): void {
    if (stopped || underway.has(key) || said.has(key)) return
    underway.add(key)
    void tell(key, command).finally(() => underway.delete(key))
  }

  async function tell(key: string, command: Command): Promise<void> {
    try {
      await primary.execute(command)
    } catch (error) {
      if (!(error instanceof MyceliumError)) throw error
      logger.debug('A word about a job was not taken', { key, code: error.code })
    }
    if (stopped) return
    // This node's copy may come a moment later; refusals follow from one that lags behind.
    said.add(key)
    const cancel = clock.timer(JOB_WORD_RETRY_MS, () => {
      timers.delete(cancel)
      said.delete(key)
      replan()
    })
    timers.add(cancel)
    replan()
  }

  function bodyOf({ id, workload, index }: LocalInstance) {
    const turn = turnOf(id)
    return turn && { workload, index, run: turn.run, attempt: turn.attempt }
  }

  return {
    begin(local) {
      const body = bodyOf(local)
      if (body) say(`begin ${local.id}`, { kind: 'attempt.begin', body })
    },
    end(local, exitCode) {
      const body = bodyOf(local)
      const outcome = exitCode === 0 ? ('succeeded' as const) : ('failed' as const)
      const code = exitCode !== undefined && { exitCode }
      if (body) say(`end ${local.id}`, { kind: 'attempt.end', body: { ...body, outcome, ...code } })
    },
    stop() {
      stopped = true
      for (const cancel of timers) cancel()
      timers.clear()
    },
  }
}
