/**
 * A blob in pieces of 1 MiB, each of which can be checked alone, and the machine that says which piece
 * is asked of whom (docs/adr/0037). Pure: the simulator of the tests drives a hundred of them at once.
 *
 *     const swarm = createSwarm(pieceCount(list.sizeBytes), [], seed)
 *     for (const effect of swarm.step(nowMs, { type: 'offered', peer, has })) …
 */
export { PIECE_BYTES, PIECES_MAX } from './limits.ts'
export {
  createPieceHasher,
  isPiece,
  type Piece,
  type PieceHasher,
  type PieceList,
  type PieceRoot,
  parsePieceRoot,
  pieceCount,
  pieceListOf,
  pieceOf,
  pieceSpan,
} from './piece-list.ts'
export { createPieceSet, type PieceSet, parsePieceSet } from './piece-set.ts'
export { createSwarm, type Swarm, type SwarmEffect, type SwarmInput } from './swarm.ts'
