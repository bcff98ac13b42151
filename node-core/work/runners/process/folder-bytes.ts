/** What a folder takes of a disk. */
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { WATCHED_FILES_MAX } from './limits.ts'

/** Blocks are counted in 512 bytes, whatever the disk's own are (stat(2)). */
const BLOCK_BYTES = 512

/** Files that are gone while it is counted count nothing; beyond so many files nothing is looked at. */
export async function folderBytes(folder: string): Promise<number> {
  let bytes = 0
  let left = WATCHED_FILES_MAX
  const waiting = [folder]
  for (let next = waiting.pop(); next !== undefined && left > 0; next = waiting.pop()) {
    const entries = await readdir(next, { withFileTypes: true }).catch(() => [])
    for (const entry of entries.slice(0, left)) {
      const path = join(next, entry.name)
      if (entry.isDirectory()) waiting.push(path)
      bytes += ((await lstat(path).catch(() => undefined))?.blocks ?? 0) * BLOCK_BYTES
    }
    left -= entries.length
  }
  return bytes
}
