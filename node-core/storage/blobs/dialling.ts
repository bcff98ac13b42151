/** Whom a transfer asks: those named at first and by others, each in its turn, a bounded number at once. */
import { sleep } from '../../base/clock/index.ts'
import { isCode, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Digest } from './index.ts'
import {
  BUSY_MS,
  BUSY_TRIES_MAX,
  PEERS_ASKED_MAX,
  SESSIONS_MAX,
  SILENT_TRIES_MAX,
} from './limits.ts'
import { openSession, type Session, type SessionDeps, type SessionEvents } from './session.ts'

export interface DiallingDeps extends SessionDeps {
  self: NodeId
  logger: Logger
  digest: Digest
  signal: AbortSignal
  passedOver(peer: NodeId): boolean
}

export interface Dialling {
  /** Says of some that may have it. */
  name(peers: readonly NodeId[]): void
  /** A session of this peer has ended; it is asked again if it is worth it. */
  ended(peer: NodeId, again: boolean): void
  /** Nobody is left to be asked, and nobody is being asked. */
  idle(): boolean
  /** Somebody has not been asked yet, for want of room. */
  waits(): boolean
}

export interface DiallingEvents extends SessionEvents {
  onSession(session: Session): void
  /** Somebody has it, or will have it, and is asked again. */
  onBusy(): void
  onIdle(): void
}

export function createDialling(deps: DiallingDeps, events: DiallingEvents): Dialling {
  const { digest, signal, clock, logger } = deps
  const named = new Set<NodeId>()
  const waiting: NodeId[] = []
  const busyTimes = new Map<NodeId, number>()
  const silentTimes = new Map<NodeId, number>()
  /** Being dialled, waited for, or in session. */
  let dialled = 0
  let inSession = 0

  function next(): void {
    while (dialled + inSession < SESSIONS_MAX && !signal.aborted) {
      const peer = waiting.shift()
      if (peer === undefined) break
      dialled++
      void dial(peer)
    }
    if (idle()) events.onIdle()
  }

  const idle = (): boolean => dialled === 0 && waiting.length === 0

  async function dial(peer: NodeId): Promise<void> {
    try {
      if (deps.passedOver(peer)) return
      const answer = await openSession(deps, peer, digest, events, signal)
      if ('session' in answer) {
        inSession++
        events.onSession(answer.session)
        void answer.session.read()
      } else if (answer.status === 'busy') {
        if (counted(busyTimes, peer) > BUSY_TRIES_MAX) return
        events.onBusy()
        await askLater(peer)
      }
    } catch (error) {
      logger.debug('a peer gives no pieces', { digest, peer, reason: messageOf(error) })
      const isSilent = isCode(error, 'NET_TIMEOUT')
      if (isSilent && counted(silentTimes, peer) <= SILENT_TRIES_MAX) await askLater(peer)
    } finally {
      dialled--
      next()
    }
  }

  async function askLater(peer: NodeId): Promise<void> {
    await sleep(clock, BUSY_MS, { signal }).catch(() => {
      // The transfer is over: nobody is asked any more.
    })
    waiting.push(peer)
  }

  return {
    name(peers) {
      for (const peer of peers) {
        if (peer === deps.self || named.has(peer) || named.size >= PEERS_ASKED_MAX) continue
        named.add(peer)
        waiting.push(peer)
      }
      next()
    },
    ended(peer, again) {
      inSession--
      if (again) waiting.push(peer)
      next()
    },
    idle,
    waits: () => waiting.length > 0,
  }
}

function counted(times: Map<NodeId, number>, peer: NodeId): number {
  const next = (times.get(peer) ?? 0) + 1
  times.set(peer, next)
  return next
}
