import type { Clock } from '../../base/clock/index.ts'
import { type Choice, keyOf } from './choice.ts'
import type { Endpoint } from './index.ts'
import { ATTEMPTS_MAX } from './limits.ts'
import type { LoadCounts } from './load-counts.ts'
import type { RetryBudget } from './retry-budget.ts'

export interface TurnDeps {
  choice: Choice
  budget: RetryBudget
  clock: Pick<Clock, 'monotonicMs'>
  load: LoadCounts
  onRetry(): void
}

/** One request's way from endpoint to endpoint; tells the choice what became of each attempt. */
export class Turn {
  readonly #deps: TurnDeps
  readonly #workload: string
  readonly #endpointsNow: () => readonly Endpoint[]
  #endpoints: readonly Endpoint[] = []
  readonly #tried: Endpoint[] = []
  /** Attempts that said nothing of whom they were made at. */
  #vain = 0
  #current: Endpoint | undefined
  #askedMs = 0

  /** Asked anew before each attempt: by the time that one has failed, others may be there. */
  constructor(deps: TurnDeps, workload: string, endpoints: () => readonly Endpoint[]) {
    this.#deps = deps
    this.#workload = workload
    this.#endpointsNow = endpoints
    deps.budget.earn(workload)
  }

  /** The endpoint to ask now. Undefined when none is left, or none may be asked any more. */
  next(): Endpoint | undefined {
    const { choice, budget, clock, load, onRetry } = this.#deps
    this.over()
    const nowMs = clock.monotonicMs()
    const attempts = this.#tried.length + this.#vain
    if (attempts >= ATTEMPTS_MAX) return undefined
    this.#endpoints = this.#endpointsNow()
    const endpoint = choice.pick(this.#endpoints, this.#triedAmong(this.#endpoints), nowMs)
    if (!endpoint) return undefined
    if (attempts > 0) {
      if (!budget.spend(this.#workload, nowMs)) return undefined
      onRetry()
    }
    this.#tried.push(endpoint)
    this.#current = endpoint
    this.#askedMs = nowMs
    choice.begin(endpoint)
    load.begin(endpoint)
    return endpoint
  }

  /** It began to answer; with 502, 503 or 504 it says itself that it cannot serve. */
  answered(status: number): void {
    const { clock, load } = this.#deps
    if (this.#current) {
      load.answered(this.#current, clock.monotonicMs() - this.#askedMs, status >= 500)
    }
    if (status >= 502 && status <= 504) this.#judge('failed')
    else this.#judge('answered')
  }

  /**
   * It broke off or stayed silent; `reached` tells whether anything could be sent to it, `late` that its
   * whole time for an answer passed.
   */
  failed(reached: boolean, { late = false }: { late?: boolean } = {}): void {
    const { clock, load } = this.#deps
    const lateMs = reached && late ? clock.monotonicMs() - this.#askedMs : undefined
    if (this.#current) load.failed(this.#current, lateMs)
    this.#judge(reached ? 'failed' : 'unreachable')
  }

  /** Nothing was learnt of the endpoint: it may be asked again. */
  inVain(): void {
    this.#tried.pop()
    this.#vain++
  }

  /** The request is over, whatever became of it. */
  over(): void {
    if (!this.#current) return
    this.#deps.choice.end(this.#current)
    this.#deps.load.end(this.#current)
    this.#current = undefined
  }

  /** One that was tried may be another object by now. */
  #triedAmong(endpoints: readonly Endpoint[]): ReadonlySet<Endpoint> {
    if (this.#tried.length === 0) return NONE
    const keys = new Set(this.#tried.map(keyOf))
    return new Set(endpoints.filter((endpoint) => keys.has(keyOf(endpoint))))
  }

  #judge(kind: 'answered' | 'failed' | 'unreachable'): void {
    const endpoint = this.#current
    if (!endpoint) return
    const nowMs = this.#deps.clock.monotonicMs()
    const outcome =
      kind === 'answered' ? { kind, latencyMs: nowMs - this.#askedMs } : ({ kind } as const)
    this.#deps.choice.judge(endpoint, this.#endpoints, outcome, nowMs)
  }
}

const NONE: ReadonlySet<Endpoint> = new Set()
