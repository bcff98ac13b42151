/**
 * A fresh connection in place of one that has fallen silent. After an outage TCP waits about as long as
 * that lasted until it sends again, so whoever is doubted is dialled beside what is there; once that
 * answers, what stayed silent is dropped, and with it every stream that waited for it.
 */
import type { Connection } from '@libp2p/interface'
import { type Clock, sleep } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import { createDeadline } from './deadline.ts'
import type { Gate } from './gate.ts'
import {
  RENEW_DIAL_MS,
  RENEW_PAUSE_MS,
  RENEW_PING_MS,
  RENEW_TRIES_MAX,
  RENEWALS_MAX,
} from './limits.ts'
import { pingConnection } from './pinging.ts'

export interface Renewing {
  /** Somebody doubts the peer. Does nothing while it is at it, or where its connection answers. */
  renew(node: NodeId): void
  stop(): Promise<void>
}

export interface RenewingDeps {
  gate: Pick<Gate<Connection>, 'get'>
  /** Another connection to a peer that there is one to, admitted. */
  beside(node: NodeId, signal: AbortSignal): Promise<void>
  clock: Clock
  random: Random
  logger: Logger
}

export function createRenewing({ gate, beside, clock, random, logger }: RenewingDeps): Renewing {
  const underway = new Map<NodeId, Promise<void>>()
  let stopping = new AbortController()

  async function answers(connection: Connection): Promise<boolean> {
    try {
      const options = { timeoutMs: RENEW_PING_MS, signal: stopping.signal }
      await pingConnection(connection, clock, random, options)
      return true
    } catch (error) {
      if (!(error instanceof MyceliumError)) throw error
      return false
    }
  }

  /** True once there is nothing more to do: an old connection answers, a new one does, or none is left. */
  async function attempt(node: NodeId): Promise<boolean> {
    const silent = gate.get(node)?.connections.filter(({ status }) => status === 'open') ?? []
    if (silent.length === 0) return true
    const answered = await Promise.all(silent.map(answers))
    if (answered.includes(true)) {
      logger.debug('A doubted peer answers where it is.', { node })
      return true
    }
    const deadline = createDeadline(clock, RENEW_DIAL_MS, stopping.signal)
    try {
      await beside(node, deadline.signal)
    } catch (error) {
      logger.debug('A doubted peer is not reached anew.', { node, reason: messageOf(error) })
      return false
    } finally {
      deadline.clear()
    }
    const reason = new MyceliumError('NET_TIMEOUT', 'A newer connection has taken its place.')
    for (const connection of silent) connection.abort(reason)
    logger.info('A silent connection was replaced.', { node, connections: silent.length })
    return true
  }

  async function run(node: NodeId): Promise<void> {
    for (let tries = 0; tries < RENEW_TRIES_MAX && !stopping.signal.aborted; tries++) {
      if (await attempt(node)) return
      await sleep(clock, RENEW_PAUSE_MS, { signal: stopping.signal })
    }
  }

  return {
    renew(node) {
      if (stopping.signal.aborted || underway.has(node) || underway.size >= RENEWALS_MAX) return
      const work = run(node)
        .catch((error: unknown) => {
          if (stopping.signal.aborted) return
          logger.warn('A connection was not renewed.', { node, reason: messageOf(error) })
        })
        .finally(() => underway.delete(node))
      underway.set(node, work)
    },
    async stop() {
      stopping.abort(new MyceliumError('MESH_STOPPED', 'The mesh is stopping.'))
      await Promise.all(underway.values())
      stopping = new AbortController()
    },
  }
}
