/** Waits for what changes under a prefix, as a copy of the registry comes to it. */
import type { Clock } from '../../base/clock/index.ts'
import type { Machine } from './machine.ts'
import type { Question } from './messages.ts'
import { type Changes, changesSince } from './queries.ts'

type ChangesQuestion = Extract<Question, { kind: 'changes' }>

export interface ChangesDeps {
  machine: Pick<Machine, 'registry' | 'subscribe'>
  clock: Clock
}

/** Answers at once where there is something, or when time is up. Throws the signal's reason. */
export function createChanges({ machine, clock }: ChangesDeps) {
  const { view } = machine.registry
  return ({ prefix, from, waitMs }: ChangesQuestion, signal?: AbortSignal): Promise<Changes> => {
    const now = (): Changes | undefined => {
      const found = changesSince(view, prefix, from)
      return 'events' in found && found.events.length === 0 ? undefined : found
    }
    const found = now()
    if (found !== undefined) return Promise.resolve(found)
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        cancel()
        forget()
        signal?.removeEventListener('abort', onAbort)
        settle()
      }
      const onAbort = (): void => end(() => reject(signal?.reason))
      const cancel = clock.timer(waitMs, () => {
        end(() => resolve(changesSince(view, prefix, from)))
      })
      const forget = machine.subscribe(() => {
        const come = now()
        if (come !== undefined) end(() => resolve(come))
      })
      signal?.addEventListener('abort', onAbort, { once: true })
      if (signal?.aborted) onAbort()
    })
  }
}
