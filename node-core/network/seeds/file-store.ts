/**
 * A seed in a file, which may lie on a disk that several computers share. Whoever writes holds a lock
 * beside it: a file that only one can make (O_EXCL, which NFS keeps since version 3).
 */
import { createHash } from 'node:crypto'
import { open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { sleep } from '../../base/clock/index.ts'
import { failure, gather, reaching } from './failures.ts'
import type { Found, SeedStore, SeedStoreDeps, Tag } from './index.ts'
import {
  FILE_LOCK_LOOK_MS,
  FILE_LOCK_STALE_MS,
  FILE_LOCK_WAIT_MS,
  SEED_BYTES_MAX,
} from './limits.ts'

export function openFileStore(file: string, { clock }: SeedStoreDeps): SeedStore {
  const lock = `${file}.lock`

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

  async function takeLock(signal: AbortSignal | undefined): Promise<void> {
    for (let waitedMs = 0; ; waitedMs += FILE_LOCK_LOOK_MS) {
      const made = await open(lock, 'wx').catch(unlessExists)
      if (made) return made.close()
      const { mtimeMs = clock.wallMs() } = (await stat(lock).catch(unlessMissing)) ?? {}
      if (clock.wallMs() - mtimeMs > FILE_LOCK_STALE_MS) await rm(lock, { force: true })
      else if (waitedMs >= FILE_LOCK_WAIT_MS) {
        throw failure('SEED_UNREACHABLE', 'Somebody else is writing the seed.')
      } else await sleep(clock, FILE_LOCK_LOOK_MS, signal ? { signal } : {})
    }
  }

  return {
    location: file,
    read: () => reaching(read),
    write: (bytes, tag, signal) =>
      reaching(async () => {
        await requireFolder(path.dirname(file))
        await takeLock(signal)
        try {
          if ((await read())?.tag !== tag) return 'conflict'
          const draft = `${file}.new`
          const handle = await open(draft, 'w', 0o644)
          try {
            await handle.writeFile(bytes)
            await handle.sync()
          } finally {
            await handle.close()
          }
          await rename(draft, file)
          return 'written'
        } finally {
          await rm(lock, { force: true })
        }
      }),
  }
}

/** Never made: where a stick or a share is not there, the seed would lie on this computer instead. */
async function requireFolder(folder: string): Promise<void> {
  if (await stat(folder).catch(unlessMissing)) return
  throw failure('SEED_UNREACHABLE', `There is no folder ${folder}, or its disk is not there now.`)
}

function unlessMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error
}

function unlessExists(error: unknown): undefined {
  if (codeOf(error) !== 'EEXIST') throw error
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, 'code') : undefined
}
