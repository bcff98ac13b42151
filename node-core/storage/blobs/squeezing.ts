/** Pieces on their way are compressed (zstd) where that makes them smaller. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { PIECE_BYTES } from '../pieces/index.ts'
import type { Digest } from './index.ts'
import { SQUEEZE_GAIN_MIN, UNSQUEEZED_RUN } from './limits.ts'
import type { PackedPiece } from './reply-frames.ts'

/**
 * The quickest level still finds most of what is to be found in programs: 2.4 × at 480 MB/s. What comes
 * of a piece is asked for in one or two parts: with the 16 KiB that zlib takes by itself, fetching them
 * cost more than compressing.
 */
const COMPRESSING = {
  params: { [constants.ZSTD_c_compressionLevel]: 1 },
  chunkSize: PIECE_BYTES / 2,
}

export function squeeze(bytes: Uint8Array): PackedPiece {
  const packed = zstdCompressSync(bytes, COMPRESSING)
  const worthIt = packed.byteLength <= bytes.byteLength * (1 - SQUEEZE_GAIN_MIN)
  return worthIt ? { squeezed: true, bytes: packed } : { squeezed: false, bytes }
}

/** Undefined where it is no such thing, or more than was asked for. */
export function unsqueeze(bytes: Uint8Array, bytesMax: number): Uint8Array | undefined {
  // One more than fits, so that what ends at the last byte is known to end there.
  const chunkSize = Math.max(ZLIB_CHUNK_BYTES_MIN, bytesMax + 1)
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, bytesMax), chunkSize })
  } catch {
    return undefined
  }
}

/** zlib takes no smaller one. */
const ZLIB_CHUNK_BYTES_MIN = 64

/** Whether it is tried: after a piece that did not shrink some of that blob go as they are. */
export interface SqueezeTrials {
  due(digest: Digest): boolean
  tried(digest: Digest, squeezed: boolean): void
}

export function createSqueezeTrials(): SqueezeTrials {
  /** Of one blob at a time: how many pieces are still to go as they are. */
  let resting = { digest: '' as Digest | '', pieces: 0 }
  return {
    due(digest) {
      if (resting.digest !== digest || resting.pieces === 0) return true
      resting.pieces--
      return false
    },
    tried(digest, squeezed) {
      if (!squeezed) resting = { digest, pieces: UNSQUEEZED_RUN }
    },
  }
}
