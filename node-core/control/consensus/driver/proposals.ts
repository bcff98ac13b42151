/** Who waits for the fate of what. */
import type { Fate, ProposalId } from '../index.ts'
import { PROPOSALS_WAITING_MAX } from './limits.ts'

export interface Proposals {
  /** Asks under a new name; the promise is that proposal's fate. */
  ask(
    propose: (id: ProposalId) => void,
    options: { busy: boolean; signal?: AbortSignal },
  ): Promise<Fate>
  told(fate: Fate): void
  /** Nobody will tell any more. */
  abandon(): void
}

export function createProposals(): Proposals {
  const waiting = new Map<ProposalId, (fate: Fate) => void>()
  let asked = 0

  return {
    async ask(propose, { busy, signal }) {
      signal?.throwIfAborted()
      const id = `${++asked}` as ProposalId
      if (busy || waiting.size >= PROPOSALS_WAITING_MAX) {
        return { id, outcome: 'refused', code: 'BUSY' }
      }
      return new Promise((resolve, reject) => {
        const onAbort = (): void => reject(signal?.reason)
        signal?.addEventListener('abort', onAbort, { once: true })
        // It stays listed when its proposer has gone: it still counts against the bound.
        waiting.set(id, (fate) => {
          signal?.removeEventListener('abort', onAbort)
          resolve(fate)
        })
        propose(id)
      })
    },
    told(fate) {
      const settle = waiting.get(fate.id)
      waiting.delete(fate.id)
      settle?.(fate)
    },
    abandon() {
      for (const [id, settle] of [...waiting]) settle({ id, outcome: 'unknown' })
      waiting.clear()
    },
  }
}
