import type { Duplex } from 'node:stream'
import { type Failure, failureOf, isCrowded } from './failures.ts'
import type { Holding } from './holding.ts'
import type { Endpoint, EndpointSource } from './index.ts'
import type { Refusal } from './refusal.ts'
import { Turn, type TurnDeps } from './turn.ts'
import type { Upstreams } from './upstreams.ts'

export interface Connected {
  endpoint: Endpoint
  upstream: Duplex
}

/**
 * Tries one endpoint after another until one is connected; until then nothing was sent, so trying
 * another costs nobody anything. What failed is added to `failures`.
 */
export async function connectInTurn(
  turn: Turn,
  connect: (endpoint: Endpoint) => Promise<Duplex>,
  failures: Failure[],
): Promise<Connected | undefined> {
  for (let endpoint = turn.next(); endpoint; endpoint = turn.next()) {
    try {
      return { endpoint, upstream: await connect(endpoint) }
    } catch (error) {
      if (!isCrowded(error)) turn.failed(false)
      failures.push(failureOf(endpoint, error))
    }
  }
  return undefined
}

export interface Asked {
  workload: string
  containerPort: number
  /** It may be asleep: so long is waited for it. */
  wakeMs: number | undefined
  /** Nobody waits any more. */
  gone: AbortSignal
}

interface ConnectDeps {
  turns: TurnDeps
  upstreams: Pick<Upstreams, 'connect'>
  holding: Holding
  deps: { endpoints: EndpointSource }
}

/** A connection to one of its endpoints, once one is awake; or why there is none. */
export async function connectAwake(
  { turns, upstreams, holding, deps }: ConnectDeps,
  { workload, containerPort, wakeMs, gone }: Asked,
): Promise<{ turn: Turn; connected: Connected } | { refusal?: Refusal; failures: Failure[] }> {
  const failures: Failure[] = []
  // It may fall asleep while it is connected to: once, it is woken again.
  for (let tries = wakeMs === undefined ? 1 : 2; tries > 0 && !gone.aborted; tries--) {
    const asked = { workload, containerPort, wakeMs: wakeMs ?? 0, gone }
    const refusal = wakeMs === undefined ? undefined : await holding.untilAwake(asked)
    if (refusal || gone.aborted) return { ...(refusal && { refusal }), failures }
    const turn = new Turn(turns, workload, () => deps.endpoints.endpoints(workload, containerPort))
    const connected = await connectInTurn(turn, upstreams.connect, failures)
    if (connected) return { turn, connected }
  }
  return { failures }
}
