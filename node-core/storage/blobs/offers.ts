/** What peers offer of a blob: whose list is gone by, and which pieces of it each has. */
import { assert } from '../../base/errors/index.ts'
import {
  createPieceSet,
  PIECES_MAX,
  type PieceRoot,
  type PieceSet,
  parsePieceSet,
  pieceCount,
} from '../pieces/index.ts'
import type { Offer } from './messages.ts'

export interface Offered {
  offer: Offer
  /** How often who offers it was too slow. */
  lagged: number
}

/**
 * Of what those offer who were too slow least often: the list that was gone by before, if somebody
 * stands for it; else the one that most have whole.
 */
export function mostNamed(offers: readonly Offered[], before: PieceRoot | undefined): PieceRoot {
  const votes = new Map<PieceRoot, number>()
  const least = Math.min(...offers.map(({ lagged }) => lagged))
  for (const { offer, lagged } of offers) {
    if (lagged > least) continue
    if (offer.root === before) return before
    votes.set(offer.root, (votes.get(offer.root) ?? 0) + (offer.has === undefined ? 1 : 0))
  }
  const [most] = [...votes].sort(([, a], [, b]) => b - a)
  assert(most, 'somebody has made an offer')
  return most[0]
}

/** Pieces that peers gained after their offers, while there is no list yet to go by. */
export function createEarlyGains<Teller extends { offer: Offer }>() {
  const gains = new Map<Teller, { told: number; indexes: Set<number> }>()
  return {
    /** False for who tells of more than a blob can have. */
    note(teller: Teller, indexes: readonly number[]): boolean {
      const known = gains.get(teller) ?? { told: 0, indexes: new Set<number>() }
      gains.set(teller, known)
      known.told += indexes.length
      if (known.told > PIECES_MAX) return false
      const size = pieceCount(teller.offer.sizeBytes)
      for (const index of indexes) if (index < size) known.indexes.add(index)
      return true
    },
    /** And forgets them. */
    take(teller: Teller): Iterable<number> {
      const { indexes = [] } = gains.get(teller) ?? {}
      gains.delete(teller)
      return indexes
    },
  }
}

/** Undefined where what it says to have does not fit a blob of this size. */
export function offeredPieces({ has }: Offer, size: number): PieceSet | undefined {
  if (has) return parsePieceSet(size, has)
  const all = createPieceSet(size)
  for (let index = 0; index < size; index++) all.add(index)
  return all
}
