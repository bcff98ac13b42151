/**
 * Pieces as they went over the wire, the latest: who passes a piece on need neither read, check,
 * compress nor copy it again. A bounded number of bytes, and none while nobody is served.
 */
import type { Digest } from './index.ts'
import { PACKED_BYTES_MAX } from './limits.ts'

export interface PackedPieces {
  get(digest: Digest, index: number): Uint8Array | undefined
  put(digest: Digest, index: number, frame: Uint8Array): void
  forget(digest: Digest): void
  clear(): void
}

export function createPackedPieces(bytesMax = PACKED_BYTES_MAX): PackedPieces {
  /** The oldest first. */
  const held = new Map<string, Uint8Array>()
  let heldBytes = 0

  function drop(key: string): void {
    heldBytes -= held.get(key)?.byteLength ?? 0
    held.delete(key)
  }

  return {
    get: (digest, index) => held.get(`${digest} ${index}`),
    put(digest, index, frame) {
      const key = `${digest} ${index}`
      drop(key)
      held.set(key, frame)
      heldBytes += frame.byteLength
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
