/**
 * Blobs leave a part of the disk to the node itself. A disk that they fill to the last byte takes no
 * word of the registry any more, and nobody would hear of this node why.
 */
import { statfs } from 'node:fs/promises'
import { MyceliumError } from '../../base/errors/index.ts'
import type { BlobErrorCode } from './index.ts'

/** Throws DISK_FULL where so many bytes more would leave less than that free. */
export type RequireRoom = (bytes: number) => Promise<void>

export function createDiskRoom(folder: string, freeBytesMin: number): RequireRoom {
  return async (bytes) => {
    const freeBytes = await freeIn(folder)
    if (freeBytes === undefined || freeBytes - bytes >= freeBytesMin) return
    const message =
      'The disk has no room for it: the rest is kept free for what this node writes itself. What nobody uses is freed by: mycelium reclaim.'
    throw new MyceliumError<BlobErrorCode>('DISK_FULL', message)
  }
}

/** Undefined where the system does not say: then the write itself finds out. */
async function freeIn(folder: string): Promise<number | undefined> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder)
    return blocks > 0 ? bavail * bsize : undefined
  } catch {
    return undefined
  }
}
