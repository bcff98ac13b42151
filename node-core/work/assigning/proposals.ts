/** Commands under way, each once: what was proposed and is not in force is proposed again after a while. */
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { RegistryAccess } from '../desired/index.ts'
import { AGAIN_MS, UNDERWAY_MAX } from './limits.ts'

type Command = Parameters<RegistryAccess['execute']>[0]

/** What each voter measured, and why it says so: they agree on what is to be (`control/registry/steering.ts`). */
const ASIDE: ReadonlySet<string> = new Set(['why', 'measured', 'before'])

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
  /** Something has yet to be said for which there was no room. */
  let leftOut = false
  /** What was proposed last about a subject, and when: the others may have yet to agree. */
  const proposed = new Map<string, { plan: string; atMs: number }>()

  /** True while other voters have yet to propose the same. */
  async function send(subject: string, command: Command): Promise<boolean> {
    try {
      const answer = await primary.execute(command)
      const waits = hasYetToBeAgreed(answer)
      logger.debug(waits ? 'proposed' : 'decided', { subject, kind: command.kind })
      return waits
    } catch (error) {
      if (!(error instanceof MyceliumError)) throw error
      // Ended or changed meanwhile, or no quorum: what is committed by then decides.
      logger.debug('A proposal was not committed', { subject, code: error.code })
      return false
    }
  }

  async function tell(subject: string, command: Command): Promise<void> {
    let waits = false
    try {
      waits = await send(subject, command)
    } finally {
      underway.delete(subject)
      // What it would say by then is the same, or differs by what was measured since.
      within(waits && !leftOut ? AGAIN_MS : 0)
      leftOut = false
    }
  }

  return {
    propose(subject, command) {
      const plan = JSON.stringify(command, (key, value) => (ASIDE.has(key) ? undefined : value))
      const before = proposed.get(subject)
      if (underway.has(subject) || underway.size >= UNDERWAY_MAX) {
        leftOut ||= !underway.has(subject) || before?.plan !== plan
        return
      }
      const nowMs = clock.monotonicMs()
      if (before?.plan === plan && nowMs - before.atMs < AGAIN_MS) {
        within(before.atMs + AGAIN_MS - nowMs)
        return
      }
      // What it says has no bearing any more, and a subject may be one of many moments.
      for (const [old, { atMs }] of proposed) if (nowMs - atMs >= AGAIN_MS) proposed.delete(old)
      underway.add(subject)
      proposed.set(subject, { plan, atMs: nowMs })
      void tell(subject, command)
    },
    forget: () => proposed.clear(),
  }
}

function hasYetToBeAgreed(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'applied' in answer && !answer.applied
}
