import type { Endpoint } from './index.ts'
import { REST_MS } from './limits.ts'

/**
 * Whose turn it is: round-robin over the healthy endpoints of a workload, passing over those that
 * failed to connect a moment ago unless nothing else is left. Pure; the time is handed in.
 */
export interface Rotation {
  /** The endpoints to try for one request, in order. Empty when none is healthy. */
  next(workload: string, endpoints: readonly Endpoint[], nowMs: number): readonly Endpoint[]
  /** Passes over this endpoint for `REST_MS`. */
  rest(endpoint: Endpoint, nowMs: number): void
}

/** Names one endpoint for as long as it exists, its port included. */
export function keyOf(endpoint: Endpoint): string {
  return `${endpoint.node}/${endpoint.instance}/${endpoint.containerPort}/${endpoint.hostPort}`
}

export function createRotation(): Rotation {
  const turns = new Map<string, number>()
  const restsUntilMs = new Map<string, number>()

  const rested = (endpoint: Endpoint, nowMs: number): boolean => {
    const untilMs = restsUntilMs.get(keyOf(endpoint))
    return untilMs === undefined || untilMs <= nowMs
  }

  return {
    next(workload, endpoints, nowMs) {
      const healthy = endpoints.filter((endpoint) => endpoint.healthy)
      if (healthy.length < 2) return healthy
      const turn = turns.get(workload) ?? 0
      // Only names that somebody has deployed come here, so the map is as small as the network.
      turns.set(workload, (turn + 1) % 0x4000_0000)
      const start = turn % healthy.length
      const order = [...healthy.slice(start), ...healthy.slice(0, start)]
      if (restsUntilMs.size === 0) return order
      const ready = order.filter((endpoint) => rested(endpoint, nowMs))
      if (ready.length === order.length) return order
      return [...ready, ...order.filter((endpoint) => !rested(endpoint, nowMs))]
    },
    rest(endpoint, nowMs) {
      for (const [key, untilMs] of restsUntilMs) if (untilMs <= nowMs) restsUntilMs.delete(key)
      restsUntilMs.set(keyOf(endpoint), nowMs + REST_MS)
    },
  }
}
