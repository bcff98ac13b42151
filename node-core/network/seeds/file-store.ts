/**
 * A seed in a file, which may lie on a disk that several computers share. Whoever writes holds a lock
 * beside it (`file-lock.ts`).
 */
import { createHash } from 'node:crypto'
import { open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { failure, gather, reaching, unlessMissing } from './failures.ts'
import { createFileLock } from './file-lock.ts'
import type { Found, SeedStore, SeedStoreDeps, Tag } from './index.ts'
import { SEED_BYTES_MAX } from './limits.ts'

export function openFileStore(file: string, { clock }: SeedStoreDeps): SeedStore {
  async function read(): Promise<Found | undefined> {
    const handle = await open(file, 'r').catch(unlessMissing)
    if (!handle) return undefined
    try {
      const bytes = await gather(handle.createReadStream({ end: SEED_BYTES_MAX, autoClose: false }))
      return { bytes, tag: createHash('sha256').update(bytes).digest('hex') as Tag }
    } finally {
      await handle.close()
    }
  }

  return {
    location: file,
    read: () => reaching(read),
    write: (bytes, tag, signal) =>
      reaching(async () => {
        await requireFolder(path.dirname(file))
        const lock = createFileLock(`${file}.lock`, clock)
        await lock.take(signal)
        const draft = `${file}.new`
        try {
          if ((await read())?.tag !== tag) return 'conflict'
          // Another file than one that whoever was taken for gone may still write to.
          await rm(draft, { force: true })
          const handle = await open(draft, 'w', 0o644)
          try {
            await handle.writeFile(bytes)
            await handle.sync()
          } finally {
            await handle.close()
          }
          if (!(await lock.isHeld())) return 'conflict'
          await rename(draft, file)
          return 'written'
        } finally {
          await lock.release()
        }
      }),
  }
}

/** Never made: where a stick or a share is not there, the seed would lie on this computer instead. */
export async function requireFolder(folder: string): Promise<void> {
  if (await stat(folder).catch(unlessMissing)) return
  throw failure('SEED_UNREACHABLE', `There is no folder ${folder}, or its disk is not there now.`)
}
