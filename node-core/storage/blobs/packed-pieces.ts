/**
 * Pieces as they went over the wire, the latest: who passes a piece on need neither read, check nor
 * compress it again. A bounded number of bytes, and none while nobody is served.
 */
import type { Digest } from './index.ts'
import { PACKED_BYTES_MAX } from './limits.ts'
import type { PackedPiece } from './messages.ts'

export interface PackedPieces {
  get(digest: Digest, index: number): PackedPiece | undefined
  put(digest: Digest, index: number, piece: PackedPiece): void
  forget(digest: Digest): void
  clear(): void
}

export function createPackedPieces(bytesMax = PACKED_BYTES_MAX): PackedPieces {
  /** The oldest first. */
  const held = new Map<string, PackedPiece>()
  let heldBytes = 0

  function drop(key: string): void {
    heldBytes -= held.get(key)?.bytes.byteLength ?? 0
    held.delete(key)
  }

  return {
    get: (digest, index) => held.get(`${digest} ${index}`),
    put(digest, index, piece) {
      const key = `${digest} ${index}`
      drop(key)
      held.set(key, piece)
      heldBytes += piece.bytes.byteLength
      for (const oldest of held.keys()) {
        if (heldBytes <= bytesMax) break
        drop(oldest)
      }
    },
    forget(digest) {
      for (const key of held.keys()) if (key.startsWith(`${digest} `)) drop(key)
    },
    clear() {
      held.clear()
      heldBytes = 0
    },
  }
}
