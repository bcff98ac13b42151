/**
 * The digests of a blob's pieces, one after the other, and the root that stands for them: SHA-256 over
 * a fixed text, the blob's size (8 bytes, big-endian) and the digests. Whoever knows the root can check
 * the list, and with the list each piece alone. It is a function of the blob: honest holders of one blob
 * name one root.
 */
import { createHash, type Hash, hash } from 'node:crypto'
import { PIECE_BYTES, PIECES_MAX } from './limits.ts'

/** 64 lower-case hex digits. */
export type PieceRoot = string & { readonly __brand: 'PieceRoot' }

export interface PieceList {
  readonly root: PieceRoot
  readonly sizeBytes: number
  /** 32 bytes for each piece. */
  readonly digests: Uint8Array
}

const DOMAIN = 'mycelium pieces 1'
const DIGEST_BYTES = 32

export function parsePieceRoot(text: string): PieceRoot | undefined {
  return /^[0-9a-f]{64}$/.test(text) ? (text as PieceRoot) : undefined
}

export const pieceCount = (sizeBytes: number): number => Math.ceil(sizeBytes / PIECE_BYTES)

/** Where a piece lies in its blob. */
export function pieceSpan(sizeBytes: number, index: number): { offset: number; length: number } {
  const offset = index * PIECE_BYTES
  return { offset, length: Math.max(0, Math.min(PIECE_BYTES, sizeBytes - offset)) }
}

/** Undefined where the digests are not those of a blob of this size. */
export function pieceListOf(sizeBytes: number, digests: Uint8Array): PieceList | undefined {
  const count = pieceCount(sizeBytes)
  if (count > PIECES_MAX || digests.byteLength !== count * DIGEST_BYTES) return undefined
  const size = Buffer.alloc(8)
  size.writeBigUInt64BE(BigInt(sizeBytes))
  const root = createHash('sha256').update(DOMAIN).update(size).update(digests).digest('hex')
  return { root: root as PieceRoot, sizeBytes, digests }
}

/** A piece's place in its blob, and what it has to be. */
export interface Piece {
  index: number
  offset: number
  length: number
  /** SHA-256. */
  digest: Uint8Array
}

export function pieceOf({ sizeBytes, digests }: PieceList, index: number): Piece {
  const digest = digests.slice(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES)
  return { index, ...pieceSpan(sizeBytes, index), digest }
}

export function isPiece({ length, digest }: Piece, bytes: Uint8Array): boolean {
  return bytes.byteLength === length && hash('sha256', bytes, 'buffer').equals(digest)
}

export interface PieceHasher {
  take(bytes: Uint8Array): void
  /** The list of all that was taken; undefined for more than a blob may have. To be asked once. */
  list(): PieceList | undefined
  /** The digests alone, instead of it. */
  digests(): Uint8Array
}

/** Makes the list while the bytes go by. */
export function createPieceHasher(): PieceHasher {
  const digests: Buffer[] = []
  let piece: Hash = createHash('sha256')
  let pieceBytes = 0
  let sizeBytes = 0
  const cut = (): void => {
    digests.push(piece.digest())
    piece = createHash('sha256')
    pieceBytes = 0
  }
  const end = (): Buffer => {
    if (pieceBytes > 0) cut()
    return Buffer.concat(digests)
  }
  return {
    take(bytes) {
      for (let from = 0; from < bytes.byteLength; ) {
        const part = bytes.subarray(from, from + PIECE_BYTES - pieceBytes)
        piece.update(part)
        from += part.byteLength
        pieceBytes += part.byteLength
        sizeBytes += part.byteLength
        if (pieceBytes === PIECE_BYTES) cut()
      }
    },
    list: () => pieceListOf(sizeBytes, end()),
    digests: end,
  }
}
