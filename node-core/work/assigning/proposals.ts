/** Commands under way, each once: what was proposed and is not in force is proposed again after a while. */
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { RegistryAccess } from '../desired/index.ts'
import { AGAIN_MS, UNDERWAY_MAX } from './limits.ts'

type Command = Parameters<RegistryAccess['execute']>[0]

export interface Proposals {
  /** One at a time under each `subject`. */
  propose(subject: string, command: Command): void
  /** Another decides now. */
  forget(): void
}

export interface ProposalsDeps {
  primary: Pick<RegistryAccess, 'execute'>
  clock: Clock
  logger: Logger
  /** It is worth looking again within so many milliseconds. */
  within(delayMs: number): void
}

export function createProposals({ primary, clock, logger, within }: ProposalsDeps): Proposals {
  const underway = new Set<string>()
  /** What was proposed last about a subject, and when: the others may have yet to agree. */
  const proposed = new Map<string, { plan: string; atMs: number }>()

  async function send(subject: string, command: Command): Promise<void> {
    try {
      await primary.execute(command)
      logger.debug('decided', { subject, kind: command.kind })
    } catch (error) {
      if (!(error instanceof MyceliumError)) throw error
      // Ended or changed meanwhile, or no quorum: what is committed by then decides.
      logger.debug('A proposal was not committed', { subject, code: error.code })
    }
  }

  return {
    propose(subject, command) {
      if (underway.has(subject) || underway.size >= UNDERWAY_MAX) return
      const plan = JSON.stringify(command)
      const before = proposed.get(subject)
      const nowMs = clock.monotonicMs()
      if (before?.plan === plan && nowMs - before.atMs < AGAIN_MS) {
        within(before.atMs + AGAIN_MS - nowMs)
        return
      }
      // What it says has no bearing any more, and a subject may be one of many moments.
      for (const [old, { atMs }] of proposed) if (nowMs - atMs >= AGAIN_MS) proposed.delete(old)
      underway.add(subject)
      proposed.set(subject, { plan, atMs: nowMs })
      void send(subject, command).finally(() => {
        underway.delete(subject)
        within(0)
      })
    },
    forget: () => proposed.clear(),
  }
}
