/**
 * What a blob costs of a processor: reading, hashing, compressing and writing its pieces. One thing
 * after the other, through one room that is used again and again.
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { assert, unreachable } from '../../base/errors/index.ts'
import { createPieceHasher, isPiece, PIECE_BYTES, type Piece } from '../pieces/index.ts'
import { onDisk } from './disk-errors.ts'
import type { Digest } from './index.ts'
import { CHUNK_BYTES } from './limits.ts'
import type { PieceAnswer, PieceQuestion } from './piece-questions.ts'
import { framePiece } from './reply-frames.ts'
import { squeeze, unsqueeze } from './squeezing.ts'

const room = Buffer.allocUnsafe(PIECE_BYTES)

export function answerPiece(question: PieceQuestion): Promise<PieceAnswer> {
  return onDisk(async () => {
    switch (question.ask) {
      case 'pack':
        return pack(question)
      case 'unpack':
        return unpack(question)
      case 'sift':
        return sift(question)
      case 'examine':
        return examine(question)
      default:
        return unreachable(question)
    }
  })
}

type Question<Ask extends PieceQuestion['ask']> = Extract<PieceQuestion, { ask: Ask }>

function pack({ files, piece, squeeze: mayShrink }: Question<'pack'>): PieceAnswer {
  const descriptor = openFirst(files)
  if (descriptor === undefined) return { kind: 'absent' }
  try {
    const bytes = read(descriptor, piece)
    if (!bytes) return { kind: 'absent' }
    if (!isPiece(piece, bytes)) return { kind: 'damaged' }
    const packed = mayShrink ? squeeze(bytes) : { squeezed: false, bytes }
    return { kind: 'packed', frame: framePiece(piece.index, packed), squeezed: packed.squeezed }
  } finally {
    closeSync(descriptor)
  }
}

function unpack({ descriptor, piece, packed }: Question<'unpack'>): PieceAnswer {
  const bytes = packed.squeezed ? unsqueeze(packed.bytes, piece.length) : packed.bytes
  if (!bytes || !isPiece(piece, bytes)) return { kind: 'unpacked', right: false }
  for (let done = 0; done < bytes.byteLength; ) {
    done += writeSync(descriptor, bytes, done, bytes.byteLength - done, piece.offset + done)
  }
  return { kind: 'unpacked', right: true }
}

/** Lets others go before it at every piece: a file may be long. */
async function sift({ file, pieces }: Question<'sift'>): Promise<PieceAnswer> {
  const indexes: number[] = []
  const handle = await open(file, 'r')
  try {
    for (const piece of pieces) {
      const bytes = read(handle.fd, piece)
      if (bytes && isPiece(piece, bytes)) indexes.push(piece.index)
      await others()
    }
  } finally {
    await handle.close()
  }
  return { kind: 'sifted', indexes }
}

async function examine({ file, listed }: Question<'examine'>): Promise<PieceAnswer> {
  const whole = createHash('sha256')
  const pieces = createPieceHasher()
  let sizeBytes = 0
  const handle = await open(file, 'r')
  try {
    for await (const bytes of chunksOf(handle)) {
      whole.update(bytes)
      if (listed) pieces.take(bytes)
      sizeBytes += bytes.byteLength
    }
  } finally {
    await handle.close()
  }
  const digest = `sha256:${whole.digest('hex')}` as Digest
  return { kind: 'examined', digest, sizeBytes, digests: pieces.digests() }
}

/** Each is to be used before the next is asked for. */
async function* chunksOf(handle: FileHandle): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    const bytes = readSync(handle.fd, room, 0, CHUNK_BYTES, at)
    if (bytes === 0) return
    at += bytes
    yield room.subarray(0, bytes)
    await others()
  }
}

const others = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function openFirst(files: readonly string[]): number | undefined {
  for (const file of files) {
    try {
      return openSync(file, 'r')
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    }
  }
  return undefined
}

/** Undefined where the file ends before. Where it lies, the next one will lie. */
function read(descriptor: number, { offset, length }: Piece): Uint8Array | undefined {
  assert(length <= room.byteLength, 'a piece is no longer than pieces are')
  for (let done = 0; done < length; ) {
    const bytes = readSync(descriptor, room, done, length - done, offset + done)
    if (bytes === 0) return undefined
    done += bytes
  }
  return room.subarray(0, length)
}
