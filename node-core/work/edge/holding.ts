/** Requests for what is asleep wait here until a copy is healthy (docs/adr/0038). */
import type { Clock } from '../../base/clock/index.ts'
import type { EndpointSource } from './index.ts'
import {
  TROUBLE_FRESH_MS,
  WAITING_MAX,
  WAITING_OF_ONE_MAX,
  WAKE_RETRY_AFTER_SECONDS,
} from './limits.ts'
import type { LoadCounts } from './load-counts.ts'
import type { Refusal } from './refusal.ts'

export interface Holding {
  /** Undefined once a copy is healthy, or its client has gone; else why none came. */
  untilAwake(asked: Asked): Promise<Refusal | undefined>
}

interface Asked {
  workload: string
  wakeMs: number
  /** Of the port that is asked for; HTTP's where absent. */
  containerPort?: number
  /** Nobody waits any more. */
  gone: AbortSignal
}

export interface HoldingDeps {
  endpoints: EndpointSource
  clock: Clock
  load: LoadCounts
}

export function createHolding({ endpoints, clock, load }: HoldingDeps): Holding {
  /** By workload: what each of those who wait does at a change. */
  const waiting = new Map<string, Set<() => void>>()
  const troubles = new Map<string, { atMs: number; text: string }>()
  let total = 0
  let unwatch: (() => void) | undefined

  function look(): void {
    for (const each of [...waiting.values()]) for (const one of [...each]) one()
  }

  function enter(workload: string, one: () => void): void {
    const queue = waiting.get(workload) ?? new Set()
    waiting.set(workload, queue.add(one))
    total++
    unwatch ??= endpoints.subscribe(look)
    load.waits(workload, queue.size)
  }

  function leave(workload: string, one: () => void): void {
    const queue = waiting.get(workload)
    if (!queue?.delete(one)) return
    total--
    load.waits(workload, queue.size)
    if (queue.size === 0) waiting.delete(workload)
    if (total > 0) return
    unwatch?.()
    unwatch = undefined
  }

  /** Worked out once for all whose time is over at the same moment. */
  function troubleOf(workload: string): string {
    const nowMs = clock.monotonicMs()
    const known = troubles.get(workload)
    if (known && nowMs - known.atMs < TROUBLE_FRESH_MS) return known.text
    const text = endpoints.trouble(workload)
    troubles.clear()
    troubles.set(workload, { atMs: nowMs, text })
    return text
  }

  return {
    untilAwake({ workload, wakeMs, containerPort, gone }) {
      const isAwake = (): boolean =>
        endpoints.endpoints(workload, containerPort).some(({ healthy }) => healthy)
      if (gone.aborted || isAwake()) return Promise.resolve(undefined)
      const own = waiting.get(workload)?.size ?? 0
      if (total >= WAITING_MAX || own >= WAITING_OF_ONE_MAX)
        return Promise.resolve(tooMany(workload))
      return new Promise((resolve) => {
        const done = (refusal?: Refusal): void => {
          cancel()
          gone.removeEventListener('abort', onGone)
          leave(workload, onChange)
          resolve(refusal)
        }
        const onGone = (): void => done()
        const onChange = (): void => {
          if (isAwake()) done()
        }
        const cancel = clock.timer(wakeMs, () => done(late(workload, wakeMs, troubleOf(workload))))
        gone.addEventListener('abort', onGone)
        enter(workload, onChange)
      })
    },
  }
}

function tooMany(workload: string): Refusal {
  const reason = `As many requests as may wait for ${workload} to wake are waiting.`
  return { status: 503, code: 'UNAVAILABLE', reason }
}

function late(workload: string, wakeMs: number, trouble: string): Refusal {
  const reason = `${workload} was asleep and did not wake within ${wakeMs / 1_000} s. ${trouble}`
  const headers = { 'retry-after': String(WAKE_RETRY_AFTER_SECONDS) }
  return { status: 503, code: 'UNAVAILABLE', reason: reason.trim(), headers }
}
