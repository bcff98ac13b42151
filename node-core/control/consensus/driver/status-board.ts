/** Tells listeners when what they would show has changed, and not at every entry. */
import { messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { EngineStatus } from '../index.ts'
import type { ConsensusStatus } from './index.ts'

export interface StatusBoard {
  /** Looks whether something has changed. */
  look(): void
  subscribe(listener: (status: ConsensusStatus) => void): () => void
}

export function createStatusBoard(status: () => ConsensusStatus, logger: Logger): StatusBoard {
  const listeners = new Set<{ listener: (status: ConsensusStatus) => void }>()
  let shown: readonly unknown[] | undefined

  return {
    look() {
      if (listeners.size === 0) return
      const now = status()
      const shows = [
        now.state,
        now.failure,
        now.oversizeBytes !== undefined,
        ...(now.engine ? news(now.engine) : []),
      ]
      if (isSame(shows, shown)) return
      shown = shows
      for (const { listener } of [...listeners]) {
        try {
          listener(now)
        } catch (error) {
          logger.error('A listener failed.', { error: messageOf(error) })
        }
      }
    },
    subscribe(listener) {
      const entry = { listener }
      listeners.add(entry)
      return () => listeners.delete(entry)
    },
  }
}

/** Under Simplex another leads each view, many a second: who does is no news to anybody. */
function news({ kind, leader, term, epoch, quorum, members }: EngineStatus): unknown[] {
  const lead = kind === 'simplex' ? [leader !== undefined, epoch] : [leader, term]
  return [...lead, quorum, members.voters, members.learners]
}

/** Looked at after each message: to write both as text took longer than all that is told of. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false
  return one.every((part, at) => isSame(part, other[at]))
}
