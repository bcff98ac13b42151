/** Blobs as files: `sha256/ab/<hex>`, with what is on its way in `incoming/` and `partial/`. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { BlobErrorCode, Digest } from './index.ts'
import { parseDigest } from './index.ts'
import { CHUNK_BYTES } from './limits.ts'

/** A file being written and hashed. It becomes a blob by `keep` and by nothing else. */
export interface OpenBlob {
  readonly sizeBytes: number
  write(bytes: Uint8Array): Promise<void>
  /** The digest of everything written. To be asked once. */
  digest(): Digest
  /** Starts over with nothing. */
  empty(): Promise<void>
  /** Syncs and renames it into its place. */
  keep(digest: Digest): Promise<string>
  /** Closes it; the bytes stay for a later `resume`. */
  suspend(): Promise<void>
  /** Closes and removes it. */
  drop(): Promise<void>
}

export interface BlobFiles {
  /** Makes the folders, clears what a crash left incoming, and lists what is there. */
  prepare(): Promise<{ digest: Digest; sizeBytes: number }[]>
  path(digest: Digest): string
  create(name: string): Promise<OpenBlob>
  /** Goes on with what an earlier transfer of this digest left, or begins. */
  resume(digest: Digest): Promise<OpenBlob>
  read(digest: Digest, offset: number): AsyncIterable<Uint8Array>
  remove(digest: Digest): Promise<void>
}

export function createBlobFiles(folder: string): BlobFiles {
  const blobs = join(folder, 'sha256')
  const incoming = join(folder, 'incoming')
  const partial = join(folder, 'partial')
  const folderOf = (digest: Digest): string => join(blobs, hexOf(digest).slice(0, 2))
  const path = (digest: Digest): string => join(folderOf(digest), hexOf(digest))

  const place = (file: string) => async (digest: Digest) => {
    await mkdir(folderOf(digest), { recursive: true, mode: 0o700 })
    await rename(file, path(digest))
    await syncFolder(folderOf(digest))
    return path(digest)
  }

  return {
    path,
    prepare: () =>
      onDisk(async () => {
        await rm(incoming, { recursive: true, force: true })
        for (const each of [blobs, incoming, partial]) {
          await mkdir(each, { recursive: true, mode: 0o700 })
        }
        return listBlobs(blobs)
      }),
    create: (name) =>
      onDisk(async () => {
        const file = join(incoming, name)
        return openBlob(await open(file, 'wx', 0o600), file, place(file), createHash('sha256'), 0)
      }),
    resume: (digest) =>
      onDisk(async () => {
        const file = join(partial, hexOf(digest))
        const handle = await open(file, 'a+', 0o600)
        const hash = createHash('sha256')
        let sizeBytes = 0
        for await (const chunk of handle.createReadStream({ start: 0, autoClose: false })) {
          hash.update(chunk)
          sizeBytes += chunk.byteLength
        }
        return openBlob(handle, file, place(file), hash, sizeBytes)
      }),
    read: (digest, offset) =>
      createReadStream(path(digest), { start: offset, highWaterMark: CHUNK_BYTES }),
    remove: (digest) => onDisk(() => rm(path(digest), { force: true })),
  }
}

function openBlob(
  handle: FileHandle,
  file: string,
  place: (digest: Digest) => Promise<string>,
  startedHash: Hash,
  startedBytes: number,
): OpenBlob {
  let hash = startedHash
  let sizeBytes = startedBytes
  let closed: Promise<void> | undefined
  const close = (): Promise<void> => {
    closed ??= handle.close()
    return closed
  }
  return {
    get sizeBytes() {
      return sizeBytes
    },
    write: (bytes) =>
      onDisk(async () => {
        hash.update(bytes)
        await handle.appendFile(bytes)
        sizeBytes += bytes.byteLength
      }),
    digest: () => digestOf(hash),
    empty: () =>
      onDisk(async () => {
        await handle.truncate(0)
        hash = createHash('sha256')
        sizeBytes = 0
      }),
    keep: (digest) =>
      onDisk(async () => {
        await handle.sync()
        await close()
        return place(digest)
      }),
    suspend: () => onDisk(close),
    drop: () =>
      onDisk(async () => {
        await close()
        await rm(file, { force: true })
      }),
  }
}

async function listBlobs(blobs: string): Promise<{ digest: Digest; sizeBytes: number }[]> {
  const found: { digest: Digest; sizeBytes: number }[] = []
  for (const prefix of await readdir(blobs)) {
    for (const name of await readdir(join(blobs, prefix))) {
      const digest = parseDigest(`sha256:${name}`)
      if (!digest) continue
      found.push({ digest, sizeBytes: (await stat(join(blobs, prefix, name))).size })
    }
  }
  return found
}

function digestOf(hash: Hash): Digest {
  return `sha256:${hash.digest('hex')}` as Digest
}

const hexOf = (digest: Digest): string => digest.slice('sha256:'.length)

/** A rename survives power loss only once its folder is synced; Windows syncs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Gives the system's refusals our own codes. */
async function onDisk<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    if (cause instanceof MyceliumError) throw cause
    const full = /ENOSPC|EDQUOT/.test(messageOf(cause))
    const code: BlobErrorCode = full ? 'DISK_FULL' : 'DISK_FAILED'
    const message = full ? 'The disk is full. Nothing was changed.' : 'The disk refused the blob.'
    throw new MyceliumError(code, message, { cause })
  }
}
