/** Pieces on their way are compressed (zstd) where that makes them smaller. */
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import type { Digest } from './index.ts'
import { SQUEEZE_GAIN_MIN, UNSQUEEZED_RUN } from './limits.ts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)
/** The quickest that still finds most of what is to be found in programs: 2.4 × at 480 MB/s. */
const LEVEL = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

export interface Squeezer {
  /** Undefined where it is not worth it. */
  squeeze(digest: Digest, bytes: Uint8Array): Promise<Uint8Array | undefined>
}

export function createSqueezer(): Squeezer {
  /** Of one blob at a time: how many pieces are still to go as they are. */
  let resting = { digest: '' as Digest | '', pieces: 0 }
  return {
    async squeeze(digest, bytes) {
      if (resting.digest === digest && resting.pieces > 0) {
        resting.pieces--
        return undefined
      }
      const packed = await compress(bytes, LEVEL)
      if (packed.byteLength <= bytes.byteLength * (1 - SQUEEZE_GAIN_MIN)) return packed
      resting = { digest, pieces: UNSQUEEZED_RUN }
      return undefined
    },
  }
}

/** Throws where it is no such thing, or more than was asked for. */
export function unsqueeze(bytes: Uint8Array, bytesMax: number): Promise<Uint8Array> {
  return decompress(bytes, { maxOutputLength: Math.max(1, bytesMax) })
}
