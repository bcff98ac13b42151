/** The store's shell: the list of what is held, transfers under way, and the door for peers. */
import { rm } from 'node:fs/promises'
import { assert, isCode, MyceliumError } from '../../base/errors/index.ts'
import { type NodeId, shortId } from '../../base/net/index.ts'
import { type PieceList, pieceListOf } from '../pieces/index.ts'
import { createArrivals } from './arrivals.ts'
import { createBlobFiles, isSynced } from './blob-files.ts'
import { onDisk } from './disk-errors.ts'
import { fetchFromPeers } from './fetching.ts'
import type {
  BlobDeps,
  BlobKind,
  BlobOptions,
  BlobStore,
  Digest,
  FetchOptions,
  FetchProgress,
  HeldBlob,
} from './index.ts'
import { parseDigest } from './index.ts'
import { BUNDLE_BYTES_MAX, LAYER_BYTES_MAX, STORE_BYTES_DEFAULT, TOUCH_MS } from './limits.ts'
import { PIECES_PROTOCOL } from './messages.ts'
import { noRoom } from './no-room.ts'
import { createPieceThread } from './piece-thread.ts'
import type { FetchRequest } from './round.ts'
import { createBlobServer, type Shared } from './serving.ts'
import { createShares } from './shares.ts'
import { createSuspects } from './suspects.ts'

const KINDS: readonly BlobKind[] = ['bundle', 'layer']

interface TakenIn {
  digest: Digest
  list: PieceList | undefined
  sizeBytes: number
}

/** One transfer, however many callers wait for it. It ends when the last of them has gone. */
interface Transfer {
  done: Promise<string>
  abort: AbortController
  callers: number
  listeners: Set<(progress: FetchProgress) => void>
}

export function createBlobStore(deps: BlobDeps, options: BlobOptions = {}): BlobStore {
  const { random, logger, clock } = deps
  const bytesMaxOf = (kind: BlobKind): number =>
    options.blobBytesMax ?? (kind === 'bundle' ? BUNDLE_BYTES_MAX : LAYER_BYTES_MAX)
  const storeBytesMax = options.storeBytesMax ?? STORE_BYTES_DEFAULT
  const nameOf = (node: NodeId): string => deps.nameOf?.(node) ?? shortId(node)
  const files = createBlobFiles(deps.folder, options.freeBytesMin)
  const held = new Map<Digest, HeldBlob>()
  const transfers = new Map<Digest, Transfer>()
  /** Those that nobody waits for any more. */
  const ending = new Map<Digest, Promise<void>>()
  const placing = new Map<Digest, Promise<void>>()
  const isUnderWay = (digest: Digest): boolean => transfers.has(digest) || ending.has(digest)
  /** What came of it is gone on with soon. */
  const isNeeded = (digest: Digest): boolean => isUnderWay(digest) || holds.has(digest)
  const fileOf = (digest: Digest): string | undefined => {
    const blob = held.get(digest)
    return blob && files.path(digest, blob.kind)
  }
  const pieces = createPieceThread(clock)
  const shares = createShares(clock, pieces, (digest) =>
    KINDS.map((kind) => files.path(digest, kind)),
  )
  const suspects = createSuspects()
  const arrivals = createArrivals(clock)
  const holds = new Map<Digest, number>()
  /** Found at start and not synced before it: power loss may have torn them. */
  const unproved = new Set<Digest>()
  const traffic = { sentBytes: 0, receivedBytes: 0 }
  const server = createBlobServer({
    ...{ clock, logger, pieces, find, damaged },
    onSent: (bytes) => {
      traffic.sentBytes += bytes
    },
  })
  let started: Promise<void> | undefined
  let closeDoor = (): void => {}

  const nameOfNew = (): string => Buffer.from(random.bytes(16)).toString('hex')
  const usedBytes = (): number => [...held.values()].reduce((sum, one) => sum + one.sizeBytes, 0)
  const announce = (): void => {
    const bundles = [...held.values()].filter(({ kind }) => kind === 'bundle')
    deps.announce(bundles.map(({ digest }) => digest).sort())
  }

  async function find(digest: Digest): Promise<Shared | 'later' | undefined> {
    const growing = await shares.underWay(digest)
    if (growing) return growing
    const here = await arrivals.await(() => held.has(digest))
    if (here === 'later') return here
    const file = fileOf(digest)
    if (file === undefined) return undefined
    touch(digest)
    const shared = (await files.isThere(file)) && (await shares.wholeSoon(digest, file))
    if (shared) return shared
    damaged(digest)
    return undefined
  }

  /** Whether it is there, and as its name says; dropped otherwise, to be fetched again. */
  async function isSound(digest: Digest, file: string): Promise<boolean> {
    if (await files.isThere(file)) {
      if (!unproved.has(digest)) return true
      if (await shares.whole(digest, file)) {
        unproved.delete(digest)
        return true
      }
    }
    logger.warn('a blob that has gone, or that a crash tore, is dropped', { digest })
    await drop(digest)
    return false
  }

  /** The next who wants it here fetches it again. */
  function damaged(digest: Digest): void {
    logger.warn('a blob was damaged on this disk and is dropped', { digest })
    drop(digest).catch((error: unknown) => {
      logger.warn('a damaged blob was not removed', { digest, error: String(error) })
    })
  }

  /** What places a blob's file and what removes it do not mix. */
  function inTurn<T>(digest: Digest, act: () => Promise<T>): Promise<T> {
    const done = (placing.get(digest) ?? Promise.resolve()).then(act)
    const settled = done.then(
      () => {},
      () => {},
    )
    placing.set(digest, settled)
    void settled.then(() => placing.get(digest) === settled && placing.delete(digest))
    return done
  }

  const drop = (digest: Digest): Promise<void> => inTurn(digest, () => dropNow(digest))

  async function dropNow(digest: Digest): Promise<void> {
    const blob = held.get(digest)
    if (!blob) return
    held.delete(digest)
    unproved.delete(digest)
    shares.forget(digest)
    server.forget(digest)
    await files.remove(digest, blob.kind)
    if (blob.kind === 'bundle') announce()
  }

  function touch(digest: Digest): void {
    const blob = held.get(digest)
    const nowMs = clock.wallMs()
    if (!blob || nowMs - blob.usedAtMs < TOUCH_MS) return
    held.set(digest, { ...blob, usedAtMs: nowMs })
    // Only the order in which blobs are dropped hangs on it.
    files.touch(files.path(digest, blob.kind), nowMs).catch(() => {})
  }

  function checkRoom(blobBytes: number, bytesMax: number): void {
    if (blobBytes > bytesMax) {
      throw new MyceliumError('TOO_LARGE', `A blob may have at most ${bytesMax} bytes.`)
    }
    if (usedBytes() + blobBytes > storeBytesMax) {
      throw noRoom(held.values())
    }
  }

  function hold(digest: Digest, kind: BlobKind, sizeBytes: number): void {
    held.set(digest, { digest, kind, sizeBytes, usedAtMs: clock.wallMs() })
    unproved.delete(digest)
    if (kind === 'bundle') announce()
    arrivals.came()
  }

  /** Gives what was taken in its name, unless it is here already. */
  async function keep(
    { digest, list, sizeBytes }: TakenIn,
    kind: BlobKind,
    act: { place(): Promise<unknown>; drop(): Promise<void> },
  ): Promise<Digest> {
    return inTurn(digest, async () => {
      const file = unproved.has(digest) ? undefined : fileOf(digest)
      if (file !== undefined && (await files.isThere(file))) {
        await act.drop()
        touch(digest)
        return digest
      }
      await act.place()
      if (list) shares.know(digest, list)
      hold(digest, kind, sizeBytes)
      return digest
    })
  }

  async function transfer(digest: Digest, kind: BlobKind, request: Omit<FetchRequest, 'digest'>) {
    const round = {
      self: deps.net.self,
      net: deps.net,
      clock,
      random,
      logger,
      files,
      pieces,
      suspects,
    }
    shares.expect(digest)
    const fetch = () =>
      fetchFromPeers(
        {
          ...{ ...round, nameOf },
          share: (growing, has) => shares.begin(digest, growing, has),
          gained(index, frame) {
            server.passOn(digest, index, frame)
            shares.gained(digest, index)
          },
          received: (bytes) => {
            traffic.receivedBytes += bytes
          },
        },
        { ...request, digest },
      )
    try {
      const partial = await fetch().catch(async (error: unknown) => {
        if (!isCode(error, 'DISK_FULL') || !(await deps.makeRoom?.())) throw error
        return fetch()
      })
      return await inTurn(digest, async () => {
        const file = await partial.keep(kind)
        hold(digest, kind, partial.list.sizeBytes)
        shares.know(digest, partial.list)
        return file
      })
    } finally {
      shares.end(digest)
    }
  }

  function begin(digest: Digest, kind: BlobKind, options: FetchOptions): Transfer {
    const { from = [], bytesMax = bytesMaxOf(kind), elsewhere = false } = options
    const abort = new AbortController()
    const listeners: Transfer['listeners'] = new Set()
    const request = {
      holders: [...from, ...deps.holders(digest)],
      ...{ bytesMax, elsewhere },
      roomBytes: () => storeBytesMax - usedBytes(),
      noRoom: () => noRoom(held.values()),
      signal: abort.signal,
      onProgress: (progress: FetchProgress) => {
        for (const listener of listeners) listener(progress)
      },
    }
    // One that is given up may still be writing what it had.
    const before = ending.get(digest)
    const done = (
      before ? before.then(() => transfer(digest, kind, request)) : transfer(digest, kind, request)
    ).finally(() => {
      if (transfers.get(digest) === begun) transfers.delete(digest)
    })
    const begun = { done, abort, callers: 0, listeners }
    transfers.set(digest, begun)
    return begun
  }

  /** Nobody waits for it: who comes now begins anew, once it has ended. */
  function giveUp(digest: Digest, { done, abort }: Transfer): void {
    abort.abort(new Error('nobody waits for it'))
    if (transfers.get(digest)?.done !== done) return
    transfers.delete(digest)
    const ended = done.then(
      () => {},
      () => {},
    )
    ending.set(digest, ended)
    void ended.then(() => ending.get(digest) === ended && ending.delete(digest))
  }

  return {
    start() {
      started ??= (async () => {
        for (const blob of await files.prepare()) {
          held.set(blob.digest, blob)
          if (!isSynced(blob.kind)) unproved.add(blob.digest)
        }
        closeDoor = deps.net.onStream(PIECES_PROTOCOL, server.serve)
        announce()
      })()
      return started
    },

    async stop() {
      if (!started) return
      closeDoor()
      for (const { abort } of transfers.values()) abort.abort(new Error('this node stops'))
      await Promise.allSettled([...transfers.values()].map(({ done }) => done))
      await Promise.all([...ending.values(), ...placing.values()])
      await server.stop()
      await pieces.end()
      held.clear()
      started = undefined
    },

    has: async (digest) => held.has(digest),
    path: async (digest) => fileOf(digest),
    list: async () =>
      [...held.values()].map((blob) => {
        return { ...blob, busy: holds.has(blob.digest) || server.serves(blob.digest) }
      }),
    leftovers: async () => {
      return (await files.leftovers()).filter(({ digest }) => !isNeeded(digest))
    },
    async dropLeftover(digest) {
      if (!isNeeded(digest)) await files.dropLeftover(digest)
    },
    expectMore: arrivals.expect,
    hold(digests) {
      const mine = [...digests]
      for (const digest of mine) holds.set(digest, (holds.get(digest) ?? 0) + 1)
      return () => {
        for (const digest of mine.splice(0)) {
          const left = (holds.get(digest) ?? 0) - 1
          if (left > 0) holds.set(digest, left)
          else holds.delete(digest)
        }
      }
    },

    async add(content, { kind = 'bundle', bytesMax = bytesMaxOf(kind) } = {}) {
      const blob = await files.create(nameOfNew())
      try {
        for await (const chunk of content) {
          checkRoom(blob.sizeBytes + chunk.byteLength, bytesMax)
          await blob.write(chunk)
        }
        const { sizeBytes } = blob
        const { digest, list } = blob.end()
        return await keep({ digest, list, sizeBytes }, kind, {
          place: () => blob.keep(digest, kind),
          drop: blob.drop,
        })
      } catch (error) {
        await blob.drop()
        throw error
      }
    },

    async addLayer(sizeBytes, write) {
      checkRoom(sizeBytes, bytesMaxOf('layer'))
      await files.requireRoom(sizeBytes)
      const file = files.incoming(nameOfNew())
      const drop = (): Promise<void> => rm(file, { force: true })
      try {
        const written = await onDisk(() => write(file))
        const digest = parseDigest(`sha256:${written.hex}`)
        assert(digest, 'who hashed it says its digest')
        const list = pieceListOf(written.sizeBytes, written.digests)
        return await keep({ digest, list, sizeBytes: written.sizeBytes }, 'layer', {
          place: () => files.place(file, digest, 'layer'),
          drop,
        })
      } catch (error) {
        await drop()
        throw error
      }
    },

    async fetch(digest, options = {}) {
      const { kind = 'bundle', signal, onProgress } = options
      const file = fileOf(digest)
      if (file !== undefined && (await isSound(digest, file))) {
        touch(digest)
        return file
      }
      signal?.throwIfAborted()
      const joined = transfers.get(digest) ?? begin(digest, kind, options)
      joined.callers++
      if (onProgress) joined.listeners.add(onProgress)
      try {
        return await unlessAborted(joined.done, signal)
      } finally {
        if (onProgress) joined.listeners.delete(onProgress)
        if (--joined.callers === 0) giveUp(digest, joined)
      }
    },

    remove: drop,
    traffic: () => ({ ...traffic }),
  }
}

function unlessAborted<T>(done: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return done
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    done.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
