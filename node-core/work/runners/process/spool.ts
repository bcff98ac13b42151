/**
 * The file that a program writes one of its streams into. It holds the file open itself, so that it
 * goes on when the node does not. What has been read and kept elsewhere is emptied out of it; offsets
 * count every byte that was ever written, whether or not it is still there.
 */
import { open, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { SPOOL_BYTES_MAX, SPOOL_READ_BYTES_MAX, SPOOL_UNREAD_BYTES_MAX } from './limits.ts'

export interface Spool {
  readonly path: string
  /** What stands from `offset` on, not all of it at once. */
  read(offset: number): Promise<{
    bytes: Buffer
    /** Where these bytes begin; elsewhere than at `offset` when those have been removed. */
    start: number
    /** More stands behind them. */
    more: boolean
  }>
  /** Whether it is time to empty it. */
  isLarge(): Promise<boolean>
  /** Empties it, if everything up to `offset` is all there is. What is written meanwhile is lost. */
  empty(offset: number): Promise<void>
  /**
   * Empties it unread when nobody has read it for too long, and takes back what its program has reserved
   * behind its end (`fallocate`), which holds the disk and is of no size.
   */
  bound(): Promise<void>
}

export function createSpool(path: string): Spool {
  const basePath = `${path}.base`
  /** How many bytes were removed from its front. */
  let base: number | undefined

  async function baseNow(): Promise<number> {
    base ??= Number(await readFile(basePath, 'utf8').catch(() => '0')) || 0
    return base
  }

  /**
   * Emptied first, on record second: a node that dies between the two takes the bytes for missing, and
   * nothing for new that is old.
   */
  async function cut(size: number): Promise<void> {
    const next = (await baseNow()) + size
    await truncate(path, 0)
    await writeFile(basePath, String(next), { mode: 0o600 })
    base = next
  }

  return {
    path,
    async read(offset) {
      const [before, size] = [await baseNow(), await sizeOf(path)]
      const known = offset >= before && offset <= before + size
      const start = known ? offset : before
      const length = Math.min(before + size - start, SPOOL_READ_BYTES_MAX)
      if (length === 0) return { bytes: Buffer.alloc(0), start, more: false }
      const handle = await open(path, 'r')
      try {
        const buffer = Buffer.allocUnsafe(length)
        const { bytesRead } = await handle.read(buffer, 0, length, start - before)
        const more = start + bytesRead < before + size
        return { bytes: buffer.subarray(0, bytesRead), start, more }
      } finally {
        await handle.close()
      }
    },
    isLarge: async () => (await sizeOf(path)) > SPOOL_BYTES_MAX,
    async empty(offset) {
      const size = await sizeOf(path)
      if (size > 0 && offset === (await baseNow()) + size) await cut(size)
    },
    async bound() {
      const { size, heldBytes } = await extentOf(path)
      if (size > SPOOL_UNREAD_BYTES_MAX) await cut(size)
      // To the size that it has: that gives back what lies behind, and nothing that was written.
      else if (heldBytes - size > SPOOL_UNREAD_BYTES_MAX) await truncate(path, size)
    },
  }
}

async function sizeOf(path: string): Promise<number> {
  return (await extentOf(path)).size
}

async function extentOf(path: string): Promise<{ size: number; heldBytes: number }> {
  return stat(path).then(
    // Blocks are of 512 bytes, whatever the file system's own are.
    ({ size, blocks }) => ({ size, heldBytes: blocks * 512 }),
    () => ({ size: 0, heldBytes: 0 }),
  )
}
