/**
 * A blob that is being gathered from pieces, in any order. What is there after a crash is found by
 * hashing it again, so that nothing of it has to be synced while it grows.
 */
import { type FileHandle, open, readFile, rm, writeFile } from 'node:fs/promises'
import { type PieceList, pieceListOf, pieceSpan } from '../pieces/index.ts'
import { type BlobFiles, isSynced } from './blob-files.ts'
import { onDisk } from './disk-errors.ts'
import type { BlobKind, Digest } from './index.ts'
import type { PieceThread } from './piece-thread.ts'
import type { PackedPiece } from './reply-frames.ts'

interface PartialDeps {
  files: BlobFiles
  pieces: PieceThread
}

export interface PartialBlob {
  readonly list: PieceList
  /** What an earlier transfer left, and holds. */
  readonly found: readonly number[]
  /** False, and nothing is written, where it is not what the list says. */
  write(index: number, packed: PackedPiece): Promise<boolean>
  /** Where it lies until it has its own name. */
  readonly file: string
  /** Of all its bytes. */
  digest(): Promise<Digest>
  keep(kind: BlobKind): Promise<string>
  /** Closes it; what came stays for a later transfer. */
  suspend(): Promise<void>
  /** Closes and removes it. */
  drop(): Promise<void>
}

/** The list that an earlier transfer of this blob went by. */
export async function leftoverList(
  files: BlobFiles,
  digest: Digest,
): Promise<PieceList | undefined> {
  try {
    const bytes = await readFile(files.partial(digest).listFile)
    return pieceListOf(Number(bytes.readBigUInt64BE(0)), bytes.subarray(8))
  } catch {
    // There was none, or only a part of it came to the disk.
    return undefined
  }
}

/** Goes on with what an earlier transfer by the same list left, or begins. */
export function openPartial(
  { files, pieces }: PartialDeps,
  digest: Digest,
  list: PieceList,
): Promise<PartialBlob> {
  return onDisk(async () => {
    const { file, listFile } = files.partial(digest)
    const goesOn = (await leftoverList(files, digest))?.root === list.root
    if (!goesOn) {
      await files.requireRoom(list.digests.byteLength)
      await rm(file, { force: true })
      const size = Buffer.alloc(8)
      size.writeBigUInt64BE(BigInt(list.sizeBytes))
      await writeFile(listFile, Buffer.concat([size, list.digests]), { mode: 0o600 })
    }
    const handle = await open(file, goesOn ? 'a' : 'w', 0o600)
    await handle.close()
    const opened = await open(file, 'r+')
    try {
      const found = goesOn ? await pieces.sift(file, list) : []
      // Before anything is asked of anybody: where there is no room, a peer would send in vain.
      await files.requireRoom(missingBytes(list, found))
      return partialOf({ files, pieces }, digest, list, opened, found)
    } catch (error) {
      await opened.close()
      throw error
    }
  })
}

const missingBytes = ({ sizeBytes }: PieceList, found: readonly number[]): number =>
  found.reduce((missing, index) => missing - pieceSpan(sizeBytes, index).length, sizeBytes)

function partialOf(
  { files, pieces }: PartialDeps,
  digest: Digest,
  list: PieceList,
  handle: FileHandle,
  found: readonly number[],
): PartialBlob {
  const { file, listFile } = files.partial(digest)
  const busy = new Set<Promise<unknown>>()
  let closed: Promise<void> | undefined
  const using = <T>(act: () => Promise<T>): Promise<T> => {
    const done = onDisk(act)
    const settled = done.catch(() => {}).finally(() => busy.delete(settled))
    busy.add(settled)
    return done
  }
  /** What is being written comes first. */
  const close = (): Promise<void> => {
    closed ??= Promise.all(busy).then(() => handle.close())
    return closed
  }
  return {
    list,
    found,
    file,
    write: (index, packed) =>
      using(async () => {
        await files.requireRoom(pieceSpan(list.sizeBytes, index).length)
        return pieces.unpack(handle.fd, list, index, packed)
      }),
    digest: () => pieces.digestOf(file),
    keep: (kind) =>
      onDisk(async () => {
        if (isSynced(kind)) await handle.sync()
        const path = await files.place(file, digest, kind)
        await rm(listFile, { force: true })
        await close()
        return path
      }),
    suspend: () => onDisk(close),
    drop: () =>
      onDisk(async () => {
        await close()
        await files.dropLeftover(digest)
      }),
  }
}
