import type { Duplex } from 'node:stream'
import { type Failure, failureOf } from './exchange.ts'
import type { Endpoint } from './index.ts'
import type { Turn } from './turn.ts'

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
      turn.failed(false)
      failures.push(failureOf(endpoint, error))
    }
  }
  return undefined
}
