/** Requests for what is asleep wait here until a copy is healthy (docs/adr/0038). */
import type { Clock } from '../../base/clock/index.ts'
import type { OwnerId } from '../../identity/index.ts'
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
  endpoints: Pick<EndpointSource, 'endpoints' | 'service' | 'trouble' | 'subscribe'>
  clock: Clock
  load: LoadCounts
}

export function createHolding({ endpoints, clock, load }: HoldingDeps): Holding {
  /** By workload: what each of those who wait does at a change. */
  const waiting = new Map<string, Set<() => void>>()
  const troubles = new Map<string, { atMs: number; text: string }>()
  const byOwner = new Map<OwnerId, number>()
  let total = 0
  let unwatch: (() => void) | undefined

  function look(): void {
    for (const each of [...waiting.values()]) for (const one of [...each]) one()
  }

  function count(owner: OwnerId | undefined, more: 1 | -1): void {
    total += more
    if (owner === undefined) return
    const now = (byOwner.get(owner) ?? 0) + more
    if (now > 0) byOwner.set(owner, now)
    else byOwner.delete(owner)
  }

  /** Half of what is left is for the next owner: however much one has asleep, others can wait too. */
  function crowded(workload: string, owner: OwnerId | undefined): Refusal | undefined {
    const own = waiting.get(workload)?.size ?? 0
    if (own >= WAITING_OF_ONE_MAX) return tooMany(`As many requests as may wait for ${workload}`)
    const ofOwner = (owner === undefined ? undefined : byOwner.get(owner)) ?? 0
    if (ofOwner < WAITING_MAX - total) return undefined
    return tooMany(`As many requests as may wait for ${workload} and other workloads of its owner`)
  }

  function enter(workload: string, owner: OwnerId | undefined, one: () => void): void {
    const queue = waiting.get(workload) ?? new Set()
    waiting.set(workload, queue.add(one))
    count(owner, 1)
    unwatch ??= endpoints.subscribe(look)
    load.waits(workload, queue.size)
  }

  function leave(workload: string, owner: OwnerId | undefined, one: () => void): void {
    const queue = waiting.get(workload)
    if (!queue?.delete(one)) return
    count(owner, -1)
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
      const owner = endpoints.service(workload)?.owner
      const refusal = crowded(workload, owner)
      if (refusal) return Promise.resolve(refusal)
      return new Promise((resolve) => {
        const done = (refusal?: Refusal): void => {
          cancel()
          gone.removeEventListener('abort', onGone)
          leave(workload, owner, onChange)
          resolve(refusal)
        }
        const onGone = (): void => done()
        const onChange = (): void => {
          if (isAwake()) done()
        }
        const cancel = clock.timer(wakeMs, () => done(late(workload, wakeMs, troubleOf(workload))))
        gone.addEventListener('abort', onGone)
        enter(workload, owner, onChange)
      })
    },
  }
}

function tooMany(those: string): Refusal {
  const reason = `${those} to wake are waiting.`
  return { status: 503, code: 'UNAVAILABLE', reason }
}

function late(workload: string, wakeMs: number, trouble: string): Refusal {
  const reason = `${workload} was asleep and did not wake within ${wakeMs / 1_000} s. ${trouble}`
  const headers = { 'retry-after': String(WAKE_RETRY_AFTER_SECONDS) }
  return { status: 503, code: 'UNAVAILABLE', reason: reason.trim(), headers }
}
