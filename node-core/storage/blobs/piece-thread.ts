/** The thread that pieces are read, checked, compressed and written in, from the node's side. */
import { Worker } from 'node:worker_threads'
import type { Clock } from '../../base/clock/index.ts'
import { assert } from '../../base/errors/index.ts'
import { createThread, type Thread } from '../../base/thread/index.ts'
import { type PieceList, pieceCount, pieceListOf, pieceOf } from '../pieces/index.ts'
import { onDisk } from './disk-errors.ts'
import type { Digest } from './index.ts'
import type { PieceAnswer, PieceQuestion } from './piece-questions.ts'
import type { PackedPiece } from './reply-frames.ts'

export interface PieceThread {
  /** A piece as it goes over the wire, out of the first of these files that is there. */
  pack(
    files: readonly string[],
    list: PieceList,
    index: number,
    squeeze: boolean,
  ): Promise<Extract<PieceAnswer, { kind: 'packed' | 'absent' | 'damaged' }>>
  /** Writes it into an open file; false where it is not what the list says. */
  unpack(descriptor: number, list: PieceList, index: number, packed: PackedPiece): Promise<boolean>
  /** The pieces of a list that a file holds. */
  sift(file: string, list: PieceList): Promise<number[]>
  digestOf(file: string): Promise<Digest>
  examine(file: string): Promise<{ digest: Digest; list: PieceList | undefined }>
  end(): Promise<void>
}

export function createPieceThread(clock: Clock): PieceThread {
  const thread: Thread<PieceQuestion, PieceAnswer> = createThread(
    // Written in one piece, since bundlers look for exactly this form.
    () => new Worker(new URL('./piece-worker.ts', import.meta.url)),
    clock,
  )
  async function ask<Kind extends PieceAnswer['kind']>(question: PieceQuestion, ...kinds: Kind[]) {
    const answer = await onDisk(() => thread.ask(question))
    assert(isOf(answer, kinds), `the thread answers with ${kinds.join(' or ')}`)
    return answer
  }
  return {
    pack: (files, list, index, squeeze) =>
      ask(
        { ask: 'pack', files, piece: pieceOf(list, index), squeeze },
        ...(['packed', 'absent', 'damaged'] as const),
      ),
    async unpack(descriptor, list, index, packed) {
      const piece = pieceOf(list, index)
      return (await ask({ ask: 'unpack', descriptor, piece, packed }, 'unpacked')).right
    },
    async sift(file, list) {
      const count = pieceCount(list.sizeBytes)
      const pieces = Array.from({ length: count }, (_, index) => pieceOf(list, index))
      return (await ask({ ask: 'sift', file, pieces }, 'sifted')).indexes
    },
    async digestOf(file) {
      return (await ask({ ask: 'examine', file, listed: false }, 'examined')).digest
    },
    async examine(file) {
      const found = await ask({ ask: 'examine', file, listed: true }, 'examined')
      return { digest: found.digest, list: pieceListOf(found.sizeBytes, found.digests) }
    },
    end: thread.end,
  }
}

function isOf<Kind extends PieceAnswer['kind']>(
  answer: PieceAnswer,
  kinds: readonly Kind[],
): answer is Extract<PieceAnswer, { kind: Kind }> {
  return kinds.some((kind) => kind === answer.kind)
}
