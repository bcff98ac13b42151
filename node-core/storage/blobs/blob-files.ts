/**
 * Blobs as files: bundles in `sha256/ab/<hex>`, layers of images in `layers/ab/<hex>`, with what is on
 * its way in `incoming/` and `partial/`. The time of a file is that of its last use.
 */
import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { createPieceHasher, type PieceList } from '../pieces/index.ts'
import { onDisk } from './disk-errors.ts'
import { createDiskRoom, type RequireRoom } from './disk-room.ts'
import type { BlobKind, Digest, HeldBlob } from './index.ts'
import { parseDigest } from './index.ts'
import { CHUNK_BYTES, FREE_BYTES_MIN } from './limits.ts'

/** A file being written and hashed. It becomes a blob by `keep` and by nothing else. */
export interface OpenBlob {
  readonly sizeBytes: number
  write(bytes: Uint8Array): Promise<void>
  /** The digest of everything written, and its pieces. To be asked once. */
  end(): { digest: Digest; list: PieceList | undefined }
  /** Renames it into its place, synced where that is worth it. */
  keep(digest: Digest, kind: BlobKind): Promise<string>
  /** Closes and removes it. */
  drop(): Promise<void>
}

export interface BlobFiles {
  /** Makes the folders, clears what a crash left incoming, and lists what is there. */
  prepare(): Promise<HeldBlob[]>
  /** Throws DISK_FULL where so many bytes more would take what the node needs itself. */
  requireRoom: RequireRoom
  path(digest: Digest, kind: BlobKind): string
  create(name: string): Promise<OpenBlob>
  /** Where somebody else may write a file, to be placed; dropped at the next start otherwise. */
  incoming(name: string): string
  /** Where a blob is gathered from pieces, and where the list of them lies. */
  partial(digest: Digest): { file: string; listFile: string }
  /** Renames what was gathered or came in into its place. */
  place(file: string, digest: Digest, kind: BlobKind): Promise<string>
  /** What earlier transfers left. */
  leftovers(): Promise<{ digest: Digest; sizeBytes: number; usedAtMs: number }[]>
  dropLeftover(digest: Digest): Promise<void>
  /** False where somebody else has removed it. */
  isThere(file: string): Promise<boolean>
  touch(file: string, atMs: number): Promise<void>
  remove(digest: Digest, kind: BlobKind): Promise<void>
}

const LIST_SUFFIX = '.pieces'
/** Of the folders that blobs lie in. */
const PREFIX = /^[0-9a-f]{2}$/
const FOLDERS: Record<BlobKind, string> = { bundle: 'sha256', layer: 'layers' }

/**
 * Layers are copies of what an engine has, and can be had again: they are not worth that every transfer
 * waits for the disk twice. What is found of them at start is checked before it is used.
 */
export const isSynced = (kind: BlobKind): boolean => kind === 'bundle'

/** @param freeBytesMin What is left free of the disk. */
export function createBlobFiles(folder: string, freeBytesMin = FREE_BYTES_MIN): BlobFiles {
  const requireRoom = createDiskRoom(folder, freeBytesMin)
  const incoming = join(folder, 'incoming')
  const partials = join(folder, 'partial')
  const folderOf = (digest: Digest, kind: BlobKind): string =>
    join(folder, FOLDERS[kind], hexOf(digest).slice(0, 2))
  const path = (digest: Digest, kind: BlobKind): string =>
    join(folderOf(digest, kind), hexOf(digest))
  const partial = (digest: Digest) => {
    const file = join(partials, hexOf(digest))
    return { file, listFile: `${file}${LIST_SUFFIX}` }
  }

  const place: BlobFiles['place'] = (file, digest, kind) =>
    onDisk(async () => {
      await mkdir(folderOf(digest, kind), { recursive: true, mode: 0o700 })
      await rename(file, path(digest, kind))
      if (isSynced(kind)) await syncFolder(folderOf(digest, kind))
      return path(digest, kind)
    })

  return {
    requireRoom,
    path,
    partial,
    place,
    prepare: () =>
      onDisk(async () => {
        await rm(incoming, { recursive: true, force: true })
        for (const each of [incoming, partials]) {
          await mkdir(each, { recursive: true, mode: 0o700 })
        }
        await dropLoneLists(partials)
        const found: HeldBlob[] = []
        for (const kind of ['bundle', 'layer'] as const) {
          const blobs = join(folder, FOLDERS[kind])
          await mkdir(blobs, { recursive: true, mode: 0o700 })
          for (const prefix of await readdir(blobs)) {
            // File managers leave files of their own among them.
            if (!PREFIX.test(prefix)) continue
            const files = await blobsIn(join(blobs, prefix))
            found.push(...files.map((file) => ({ ...file, kind })))
          }
        }
        return found
      }),
    create: (name) =>
      onDisk(async () => {
        const file = join(incoming, name)
        return openBlob(await open(file, 'wx', 0o600), file, { place, requireRoom })
      }),
    incoming: (name) => join(incoming, name),
    leftovers: () => onDisk(() => blobsIn(partials)),
    dropLeftover: (digest) =>
      onDisk(async () => {
        const { file, listFile } = partial(digest)
        await rm(file, { force: true })
        await rm(listFile, { force: true })
      }),
    isThere: (file) =>
      onDisk(async () => {
        try {
          return (await stat(file)).isFile()
        } catch (error) {
          if (isError(error, 'ENOENT')) return false
          throw error
        }
      }),
    touch: (file, atMs) => onDisk(() => utimes(file, atMs / 1_000, atMs / 1_000)),
    remove: (digest, kind) => onDisk(() => rm(path(digest, kind), { force: true })),
  }
}

function openBlob(
  handle: FileHandle,
  file: string,
  { place, requireRoom }: Pick<BlobFiles, 'place' | 'requireRoom'>,
): OpenBlob {
  const hash = createHash('sha256')
  const pieces = createPieceHasher()
  let sizeBytes = 0
  /** Found to be there the last time that it was looked. */
  let roomBytes = 0
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
        if (roomBytes < bytes.byteLength) {
          roomBytes = bytes.byteLength + CHUNK_BYTES
          await requireRoom(roomBytes)
        }
        roomBytes -= bytes.byteLength
        hash.update(bytes)
        pieces.take(bytes)
        await handle.appendFile(bytes)
        sizeBytes += bytes.byteLength
      }),
    end: () => ({ digest: `sha256:${hash.digest('hex')}` as Digest, list: pieces.list() }),
    keep: (digest, kind) =>
      onDisk(async () => {
        if (isSynced(kind)) await handle.sync()
        await close()
        return place(file, digest, kind)
      }),
    drop: () =>
      onDisk(async () => {
        await close()
        await rm(file, { force: true })
      }),
  }
}

async function blobsIn(folder: string) {
  const found: { digest: Digest; sizeBytes: number; usedAtMs: number }[] = []
  for (const name of await namesIn(folder)) {
    const digest = parseDigest(`sha256:${name}`)
    if (!digest) continue
    const { size, mtimeMs } = await stat(join(folder, name))
    found.push({ digest, sizeBytes: size, usedAtMs: mtimeMs })
  }
  return found
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isError(error, 'ENOTDIR')) return []
    throw error
  }
}

function isError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** A kill came between a blob's end and its list's, or between the list and the first of the blob. */
async function dropLoneLists(partials: string): Promise<void> {
  const names = new Set(await readdir(partials))
  for (const name of names) {
    const isLone = name.endsWith(LIST_SUFFIX) && !names.has(name.slice(0, -LIST_SUFFIX.length))
    if (isLone) await rm(join(partials, name), { force: true })
  }
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
