/**
 * In place of who serves blobs in a node that lies (`asLiar`): what has more than a few words it gives
 * wrong, piece by piece, beside the right list.
 */
import { framePiece } from '../../../node-core/storage/blobs/reply-frames.ts'
import * as honest from '../../../node-core/storage/blobs/serving.ts'
import { pieceSpan } from '../../../node-core/storage/pieces/index.ts'

export type * from '../../../node-core/storage/blobs/serving.ts'

/** What says which layers an image has is small, and given right: the layers are to be lied about. */
const SMALL_BYTES = 64 << 10

export function createBlobServer(deps: honest.ServeDeps) {
  return honest.createBlobServer({
    ...deps,
    pieces: {
      async pack(files, list, index, squeeze) {
        if (list.sizeBytes < SMALL_BYTES) return deps.pieces.pack(files, list, index, squeeze)
        const bytes = new Uint8Array(pieceSpan(list.sizeBytes, index).length).fill(0x6c)
        const frame = framePiece(index, { squeezed: false, bytes })
        return { kind: 'packed', frame, squeezed: false }
      },
    },
  })
}
