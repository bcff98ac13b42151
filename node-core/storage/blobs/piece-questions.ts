/** What the thread of pieces is asked. Both ends are one program: nothing here is foreign. */
import type { Piece } from '../pieces/index.ts'
import type { Digest } from './index.ts'
import type { PackedPiece } from './reply-frames.ts'

export type PieceQuestion =
  /** From the first of these files that is there, framed as it goes over the wire. */
  | { ask: 'pack'; files: readonly string[]; piece: Piece; squeeze: boolean }
  /** Into an open file, if it is what it should be. */
  | { ask: 'unpack'; descriptor: number; piece: Piece; packed: PackedPiece }
  /** Which of these lie in a file as they should be. */
  | { ask: 'sift'; file: string; pieces: readonly Piece[] }
  /** The digest of all of a file, and of each of its pieces where they are `listed`. */
  | { ask: 'examine'; file: string; listed: boolean }

export type PieceAnswer =
  | { kind: 'packed'; frame: Uint8Array; squeezed: boolean }
  /** No such file, or it ends before. */
  | { kind: 'absent' }
  | { kind: 'damaged' }
  | { kind: 'unpacked'; right: boolean }
  | { kind: 'sifted'; indexes: number[] }
  | { kind: 'examined'; digest: Digest; sizeBytes: number; digests: Uint8Array }
