import { MyceliumError } from '../../base/errors/index.ts'
import type { BlobErrorCode, BlobKind } from './index.ts'

/** @param held What fills the space. */
export function noRoom(held: Iterable<{ kind: BlobKind }>): MyceliumError {
  const isPublished = [...held].some(({ kind }) => kind === 'bundle')
  const message = [
    'The space set aside for the network is used up. What nobody uses of it is freed by: mycelium reclaim.',
    ...(isPublished
      ? ['What this computer published stays until: mycelium bundle unpublish DIGEST.']
      : []),
  ].join(' ')
  return new MyceliumError<BlobErrorCode>('DISK_FULL', message)
}
