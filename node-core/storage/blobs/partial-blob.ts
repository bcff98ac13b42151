/**
 * A blob that is being gathered from pieces, in any order. What is there after a crash is found by
 * hashing it again, so that nothing of it has to be synced while it grows.
 */
import { type FileHandle, open, readFile, rm, writeFile } from 'node:fs/promises'
import {
  isPiece,
  PIECE_BYTES,
  type PieceList,
  pieceCount,
  pieceListOf,
  pieceSpan,
} from '../pieces/index.ts'
import { type BlobFiles, isSynced, readPiece } from './blob-files.ts'
import { onDisk } from './disk-errors.ts'
import type { BlobKind, Digest } from './index.ts'

export interface PartialBlob {
  readonly list: PieceList
  /** What an earlier transfer left, and holds. */
  readonly found: readonly number[]
  write(index: number, bytes: Uint8Array): Promise<void>
  read(index: number, room: Uint8Array): Promise<Uint8Array | undefined>
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
  files: BlobFiles,
  digest: Digest,
  list: PieceList,
): Promise<PartialBlob> {
  return onDisk(async () => {
    const { file, listFile } = files.partial(digest)
    const before = await leftoverList(files, digest)
    if (before?.root !== list.root) {
      await rm(file, { force: true })
      const size = Buffer.alloc(8)
      size.writeBigUInt64BE(BigInt(list.sizeBytes))
      await writeFile(listFile, Buffer.concat([size, list.digests]), { mode: 0o600 })
    }
    const handle = await open(file, before?.root === list.root ? 'a' : 'w', 0o600)
    await handle.close()
    const opened = await open(file, 'r+')
    try {
      return partialOf(files, digest, list, opened, await piecesIn(opened, list))
    } catch (error) {
      await opened.close()
      throw error
    }
  })
}

async function piecesIn(handle: FileHandle, list: PieceList): Promise<number[]> {
  const found: number[] = []
  const { size } = await handle.stat()
  const room = Buffer.allocUnsafe(PIECE_BYTES)
  for (let index = 0; index < pieceCount(list.sizeBytes); index++) {
    if (pieceSpan(list.sizeBytes, index).offset >= size) break
    const bytes = await readPiece(handle, list.sizeBytes, index, room)
    if (bytes && isPiece(list, index, bytes)) found.push(index)
  }
  return found
}

function partialOf(
  files: BlobFiles,
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
  /** Readers are served until their piece is out: the file may have its name by then. */
  const close = (): Promise<void> => {
    closed ??= Promise.all(busy).then(() => handle.close())
    return closed
  }
  return {
    list,
    found,
    write: (index, bytes) =>
      using(async () => {
        const { offset } = pieceSpan(list.sizeBytes, index)
        for (let done = 0; done < bytes.byteLength; ) {
          const left = bytes.byteLength - done
          done += (await handle.write(bytes, done, left, offset + done)).bytesWritten
        }
      }),
    async read(index, room) {
      if (!closed) return using(() => readPiece(handle, list.sizeBytes, index, room))
      return undefined
    },
    digest: () => files.digestOf(file),
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
