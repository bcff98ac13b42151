/** What peers can be served: blobs that are here, and what has come of those that are being fetched. */
import type { Clock } from '../../base/clock/index.ts'
import type { PieceList, PieceSet } from '../pieces/index.ts'
import type { Digest } from './index.ts'
import { LISTS_HELD_MAX, SOON_MS } from './limits.ts'
import type { PartialBlob } from './partial-blob.ts'
import type { PieceThread } from './piece-thread.ts'
import type { Shared } from './serving.ts'

export interface Shares {
  /** A list that is known of a blob that is here, so that it need not be made again. */
  know(digest: Digest, list: PieceList): void
  forget(digest: Digest): void
  /** Of a file that is here; undefined where it is not what its name says. */
  whole(digest: Digest, file: string): Promise<Shared | undefined>
  /** The same for who does not wait for long: 'later' while a file is still being read for it. */
  wholeSoon(digest: Digest, file: string): Promise<Shared | 'later' | undefined>
  /** It is about to be fetched: who asks for it now is answered in a moment. */
  expect(digest: Digest): void
  /** While it is being fetched; `whole` afterwards. */
  begin(digest: Digest, partial: PartialBlob, has: PieceSet): void
  gained(digest: Digest, index: number): void
  /** It is whole, and has its name; or it was given up. */
  end(digest: Digest): void
  underWay(digest: Digest): Promise<Shared | undefined>
}

interface Growing extends Shared {
  listeners: Set<(index: number) => void>
}

export function createShares(
  clock: Clock,
  pieces: Pick<PieceThread, 'examine'>,
  /** Where a layer or a bundle lies once it is whole. */
  placesOf: (digest: Digest) => readonly string[],
): Shares {
  const lists = new Map<Digest, PieceList>()
  const making = new Map<Digest, Promise<PieceList | undefined>>()
  const growing = new Map<Digest, Growing>()
  const expected = new Map<Digest, PromiseWithResolvers<Growing | undefined>>()

  function know(digest: Digest, list: PieceList): void {
    lists.delete(digest)
    lists.set(digest, list)
    const [oldest] = lists.keys()
    if (oldest !== undefined && lists.size > LISTS_HELD_MAX) lists.delete(oldest)
  }

  /** One reading of the file, however many ask for it. */
  function listOf(digest: Digest, file: string): Promise<PieceList | undefined> {
    const known = lists.get(digest)
    if (known) return Promise.resolve(known)
    const made = making.get(digest) ?? make(digest, file).finally(() => making.delete(digest))
    making.set(digest, made)
    return made
  }

  async function make(digest: Digest, file: string): Promise<PieceList | undefined> {
    const found = await pieces.examine(file)
    if (found.digest !== digest || !found.list) return undefined
    know(digest, found.list)
    return found.list
  }

  async function whole(digest: Digest, file: string): Promise<Shared | undefined> {
    const list = await listOf(digest, file)
    if (!list) return undefined
    return { list, has: undefined, files: () => [file], onGain: () => () => {} }
  }

  /** What is there by then; what does not come in time, goes on. */
  async function inAMoment<T, L>(done: Promise<T>, otherwise: L): Promise<T | L> {
    const late = Promise.withResolvers<L>()
    const cancel = clock.timer(SOON_MS, () => late.resolve(otherwise))
    try {
      return await Promise.race([done, late.promise])
    } finally {
      cancel()
    }
  }

  return {
    know,
    forget: (digest) => lists.delete(digest),
    whole,
    wholeSoon: (digest, file) => inAMoment(whole(digest, file), 'later' as const),
    expect: (digest) => expected.set(digest, Promise.withResolvers()),
    begin(digest, partial, has) {
      const listeners: Growing['listeners'] = new Set()
      const { list } = partial
      const shared: Growing = {
        ...{ list, has, listeners },
        // It may have its own name before it is read.
        files: () => [partial.file, ...placesOf(digest)],
        onGain(listener) {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
      }
      growing.set(digest, shared)
      expected.get(digest)?.resolve(shared)
    },
    gained(digest, index) {
      for (const listener of growing.get(digest)?.listeners ?? []) listener(index)
    },
    end(digest) {
      growing.delete(digest)
      expected.get(digest)?.resolve(undefined)
      expected.delete(digest)
    },
    async underWay(digest) {
      const soon = expected.get(digest)?.promise
      if (growing.has(digest) || !soon) return growing.get(digest)
      // Two that begin together and know of each other must not both be told that there is nothing.
      return inAMoment(soon, undefined)
    },
  }
}
