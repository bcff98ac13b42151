import type { Random } from '../../base/random/index.ts'
import type { Endpoint } from './index.ts'
import {
  EJECTED_SHARE_MAX,
  EJECTION_FAILURES,
  EJECTION_FORGOTTEN_MS,
  EJECTION_MS,
  EJECTION_MS_MAX,
  ENDPOINT_CONNECTIONS_MAX,
  LATENCY_FADES_MS,
  LATENCY_FLOOR_MS,
  STANDINGS_MAX,
} from './limits.ts'

/** What became of one attempt. */
export type Outcome =
  /** It began to answer, so many milliseconds after it was asked. */
  | { kind: 'answered'; latencyMs: number }
  /** It broke off, stayed silent, or said that it cannot serve. */
  | { kind: 'failed' }
  /** Nothing could be sent to it. */
  | { kind: 'unreachable' }

/**
 * Which endpoint is asked: of two drawn by chance the one that costs less, passing over those that
 * do badly (docs/adr/0032). Pure; time and chance are handed in.
 */
export interface Choice {
  /** The endpoint to try next, none of `tried`. Undefined when none is left that is healthy. */
  pick(
    endpoints: readonly Endpoint[],
    tried: ReadonlySet<Endpoint>,
    nowMs: number,
  ): Endpoint | undefined
  /** A request goes to it. */
  begin(endpoint: Endpoint): void
  /** What it made of a request; of one that the client gave up, nothing is learnt. */
  judge(endpoint: Endpoint, among: readonly Endpoint[], outcome: Outcome, nowMs: number): void
  /** That request is over, its answer's body included. */
  end(endpoint: Endpoint): void
}

interface Standing {
  open: number
  /** Peak-sensitive moving average of the time to the first byte, as of `seenMs`. */
  latencyMs: number
  seenMs: number
  /** In a row. */
  failures: number
  ejectedUntilMs: number
  /** Ejections, each twice as long as the one before. */
  ejections: number
}

/** Names one endpoint for as long as it exists, its port and its run included. */
export function keyOf(endpoint: Endpoint): string {
  const { node, instance, containerPort, hostPort, address = '', startedAt = '' } = endpoint
  return `${node}/${instance}/${containerPort}/${address}:${hostPort}/${startedAt}`
}

export function createChoice(random: Pick<Random, 'float' | 'int'>): Choice {
  const standings = new Standings()

  const costOf = (endpoint: Endpoint, nowMs: number): number => {
    const standing = standings.find(endpoint)
    if (!standing) return LATENCY_FLOOR_MS
    return (standing.open + 1) * Math.max(LATENCY_FLOOR_MS, faded(standing, nowMs))
  }
  /** A request would wait there for others to end. */
  const isFull = (endpoint: Endpoint): boolean =>
    (standings.find(endpoint)?.open ?? 0) >= ENDPOINT_CONNECTIONS_MAX
  const isEjected = (endpoint: Endpoint, nowMs: number): boolean =>
    (standings.find(endpoint)?.ejectedUntilMs ?? 0) > nowMs

  return {
    pick(endpoints, tried, nowMs) {
      const left = endpoints.filter((one) => one.healthy && !tried.has(one))
      if (left.length < 2) return left[0]
      const good = left.filter((one) => !one.doubtful && !isEjected(one, nowMs))
      const roomy = good.some(isFull) ? good.filter((one) => !isFull(one)) : good
      const from = roomy.length > 0 ? roomy : good.length > 0 ? good : left
      const first = drawByWeight(from, random)
      const alike = from.filter((one) => one !== first && isAlike(one, first))
      const second = alike[random.int(Math.max(1, alike.length))]
      if (!second) return first
      return costOf(second, nowMs) < costOf(first, nowMs) ? second : first
    },
    begin(endpoint) {
      standings.of(endpoint).open++
    },
    judge(endpoint, among, outcome, nowMs) {
      const standing = standings.of(endpoint)
      if (outcome.kind === 'answered') {
        standing.latencyMs = averaged(standing, outcome.latencyMs, nowMs)
        standing.seenMs = nowMs
        standing.failures = 0
        if (nowMs - standing.ejectedUntilMs > EJECTION_FORGOTTEN_MS) standing.ejections = 0
        return
      }
      standing.failures++
      if (standing.ejectedUntilMs > nowMs) return
      if (outcome.kind === 'failed') {
        // One that comes back is on trial: its first failure sends it out again.
        const enough = standing.ejections > 0 ? 1 : EJECTION_FAILURES
        const out = among.filter((one) => isEjected(one, nowMs)).length
        if (standing.failures < enough || out + 1 > among.length * EJECTED_SHARE_MAX) return
      }
      const lengthMs = EJECTION_MS * 2 ** Math.min(standing.ejections, 16)
      standing.ejectedUntilMs = nowMs + Math.min(EJECTION_MS_MAX, lengthMs)
      standing.ejections++
    },
    end(endpoint) {
      const standing = standings.find(endpoint)
      if (standing) standing.open = Math.max(0, standing.open - 1)
    },
  }
}

/** What is known of endpoints; of those that nobody uses, the ones heard of longest ago go. */
class Standings {
  readonly #byKey = new Map<string, Standing>()
  /** An endpoint is one object for as long as nothing changes, and its key costs more than a look. */
  readonly #byObject = new WeakMap<Endpoint, Standing>()

  find(endpoint: Endpoint): Standing | undefined {
    const known = this.#byObject.get(endpoint)
    if (known) return known
    const same = this.#byKey.get(keyOf(endpoint))
    if (same) this.#byObject.set(endpoint, same)
    return same
  }

  of(endpoint: Endpoint): Standing {
    const known = this.find(endpoint)
    if (known) return known
    const fresh: Standing = {
      ...{ open: 0, latencyMs: 0, seenMs: 0 },
      ...{ failures: 0, ejectedUntilMs: 0, ejections: 0 },
    }
    if (this.#byKey.size >= STANDINGS_MAX) this.#dropOldest()
    this.#byKey.set(keyOf(endpoint), fresh)
    this.#byObject.set(endpoint, fresh)
    return fresh
  }

  #dropOldest(): void {
    for (const [key, { open }] of this.#byKey) {
      if (open > 0) continue
      this.#byKey.delete(key)
      return
    }
  }
}

/** Fades while nobody asks: one that was slow once is tried again. */
function faded({ latencyMs, seenMs }: Standing, nowMs: number): number {
  return latencyMs * Math.exp(-(nowMs - seenMs) / LATENCY_FADES_MS)
}

/** Rises at once and falls slowly, so that a copy that stalls is left alone from its first slow answer. */
function averaged(standing: Standing, latencyMs: number, nowMs: number): number {
  const before = standing.latencyMs
  if (latencyMs >= before) return latencyMs
  const kept = Math.exp(-(nowMs - standing.seenMs) / LATENCY_FADES_MS)
  return before * kept + latencyMs * (1 - kept)
}

/** Between versions nothing but their weight decides, or their shares would not be what was said. */
function isAlike(a: Endpoint, b: Endpoint): boolean {
  return weightOf(a) === weightOf(b) && a.version === b.version
}

function weightOf(endpoint: Endpoint): number {
  return endpoint.weight ?? 1
}

function drawByWeight(endpoints: readonly Endpoint[], random: Pick<Random, 'float'>): Endpoint {
  const total = endpoints.reduce((sum, one) => sum + weightOf(one), 0)
  let left = random.float() * total
  for (const endpoint of endpoints) {
    left -= weightOf(endpoint)
    if (left < 0) return endpoint
  }
  return endpoints[endpoints.length - 1] as Endpoint
}
