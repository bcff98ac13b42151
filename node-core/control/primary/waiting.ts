/** Waits for what entries of the log bring about, as this node's copy sees it. */
import type { Clock } from '../../base/clock/index.ts'
import type { RegistryView } from '../registry/index.ts'
import type { Question } from './messages.ts'
import { type Changes, changesSince } from './queries.ts'

export interface WaitingDeps {
  clock: Clock
  /** Called after entries were applied. */
  subscribe(listener: () => void): () => void
}

export interface Awaited<T> {
  /** Undefined: not yet. */
  now(): T | undefined
  waitMs: number
  /** What is answered when the time is over. */
  otherwise(): T
  signal?: AbortSignal | undefined
}

export function untilCome<T>({ clock, subscribe }: WaitingDeps, awaited: Awaited<T>): Promise<T> {
  const { now, waitMs, otherwise, signal } = awaited
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
    const cancel = clock.timer(waitMs, () => end(() => resolve(otherwise())))
    const forget = subscribe(() => {
      const come = now()
      if (come !== undefined) end(() => resolve(come))
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

export function untilChanged(
  deps: WaitingDeps,
  view: Pick<RegistryView, 'watch'>,
  { prefix, from, waitMs }: Extract<Question, { kind: 'changes' }>,
  signal?: AbortSignal,
): Promise<Changes> {
  // Where nothing was found nothing was missed: what the others write meanwhile may be forgotten.
  let next = from
  const since = (): Changes => {
    const found = changesSince(view, prefix, next)
    if ('events' in found && found.events.length === 0) next = found.next
    return found
  }
  const now = (): Changes | undefined => {
    const found = since()
    return 'events' in found && found.events.length === 0 ? undefined : found
  }
  return untilCome(deps, { now, waitMs, otherwise: since, signal })
}

/**
 * Whether a lease has come to hold a lock; false once it waits no more. A copy that is behind has not
 * yet seen it wait, which says nothing.
 */
export function turnOf(view: RegistryView, lock: string, lease: string): () => boolean | undefined {
  let waited = false
  return () => {
    const row = view.lock(lock)
    if (row?.holder === lease) return true
    if (row?.waiting.includes(lease)) waited = true
    else if (waited) return false
    return undefined
  }
}
