import { statfs } from 'node:fs/promises'
import type { Engine } from './engine.ts'

/**
 * How much is free on the disk on which an engine of this computer keeps what containers write.
 * Undefined where that cannot be seen: an engine elsewhere, or a folder that is nobody else's to look at.
 */
export function createEngineRoom(
  engine: Pick<Engine, 'folder'>,
  engineIsHere: () => boolean,
): () => Promise<number | undefined> {
  let folder: string | undefined

  return async () => {
    if (!engineIsHere()) return undefined
    try {
      folder ??= await engine.folder()
      const { bfree, bsize } = await statfs(folder)
      return bfree * bsize
    } catch {
      // Another engine may answer later, with another folder.
      folder = undefined
      return undefined
    }
  }
}
