/** The store's shell: the list of what is held, transfers under way, and the door for peers. */
import { MyceliumError } from '../../base/errors/index.ts'
import { type NodeId, shortId } from '../../base/net/index.ts'
import { createBlobFiles, type OpenBlob } from './blob-files.ts'
import { fetchFromPeers } from './fetching.ts'
import type { BlobDeps, BlobOptions, BlobStore, Digest, FetchProgress } from './index.ts'
import { BLOB_BYTES_MAX, STORE_BYTES_MAX } from './limits.ts'
import { BLOB_PROTOCOL } from './messages.ts'
import { createBlobServer } from './serving.ts'

/** One transfer, however many callers wait for it. It ends when the last of them has gone. */
interface Transfer {
  done: Promise<string>
  abort: AbortController
  callers: number
  listeners: Set<(progress: FetchProgress) => void>
}

export function createBlobStore(deps: BlobDeps, options: BlobOptions = {}): BlobStore {
  const { random, logger } = deps
  const blobBytesMax = options.blobBytesMax ?? BLOB_BYTES_MAX
  const storeBytesMax = options.storeBytesMax ?? STORE_BYTES_MAX
  const nameOf = (node: NodeId): string => deps.nameOf?.(node) ?? shortId(node)
  const files = createBlobFiles(deps.folder)
  const held = new Map<Digest, number>()
  const transfers = new Map<Digest, Transfer>()
  const server = createBlobServer({ files, logger, sizeOf: (digest) => held.get(digest) })
  let started: Promise<void> | undefined
  let closeDoor = (): void => {}

  const announce = (): void => deps.announce([...held.keys()].sort())
  const usedBytes = (): number => [...held.values()].reduce((sum, bytes) => sum + bytes, 0)

  function checkRoom(blobBytes: number, bytesMax: number): void {
    if (blobBytes > bytesMax) {
      throw new MyceliumError('TOO_LARGE', `A blob may have at most ${bytesMax} bytes.`)
    }
    if (usedBytes() + blobBytes > storeBytesMax) {
      throw new MyceliumError('DISK_FULL', 'The space set aside for bundles is used up.')
    }
  }

  async function keep(blob: OpenBlob, digest: Digest): Promise<string> {
    const sizeBytes = blob.sizeBytes
    const file = await blob.keep(digest)
    held.set(digest, sizeBytes)
    announce()
    return file
  }

  async function transfer(digest: Digest, signal: AbortSignal, tell: Transfer['listeners']) {
    const blob = await files.resume(digest)
    try {
      const bytesMax = Math.min(blobBytesMax, storeBytesMax - usedBytes())
      await fetchFromPeers(
        { net: deps.net, clock: deps.clock, logger, nameOf },
        {
          digest,
          blob,
          holders: deps.holders(digest),
          bytesMax,
          signal,
          onProgress: (progress) => {
            for (const listener of tell) listener(progress)
          },
        },
      )
      return await keep(blob, digest)
    } catch (error) {
      await (blob.sizeBytes > 0 ? blob.suspend() : blob.drop())
      throw error
    }
  }

  function begin(digest: Digest): Transfer {
    const abort = new AbortController()
    const listeners: Transfer['listeners'] = new Set()
    const done = transfer(digest, abort.signal, listeners).finally(() => transfers.delete(digest))
    const begun = { done, abort, callers: 0, listeners }
    transfers.set(digest, begun)
    return begun
  }

  return {
    start() {
      started ??= (async () => {
        for (const { digest, sizeBytes } of await files.prepare()) held.set(digest, sizeBytes)
        closeDoor = deps.net.onStream(BLOB_PROTOCOL, server.serve)
        announce()
      })()
      return started
    },

    async stop() {
      if (!started) return
      closeDoor()
      for (const { abort } of transfers.values()) abort.abort(new Error('this node stops'))
      await Promise.allSettled([...transfers.values()].map(({ done }) => done))
      await server.stop()
      held.clear()
      started = undefined
    },

    has: async (digest) => held.has(digest),
    path: async (digest) => (held.has(digest) ? files.path(digest) : undefined),
    list: async () => [...held].map(([digest, sizeBytes]) => ({ digest, sizeBytes })),

    async add(content, { bytesMax = blobBytesMax } = {}) {
      const blob = await files.create(Buffer.from(random.bytes(16)).toString('hex'))
      try {
        for await (const chunk of content) {
          checkRoom(blob.sizeBytes + chunk.byteLength, bytesMax)
          await blob.write(chunk)
        }
        const digest = blob.digest()
        if (held.has(digest)) await blob.drop()
        else await keep(blob, digest)
        return digest
      } catch (error) {
        await blob.drop()
        throw error
      }
    },

    async fetch(digest, { signal, onProgress } = {}) {
      if (held.has(digest)) return files.path(digest)
      signal?.throwIfAborted()
      const joined = transfers.get(digest) ?? begin(digest)
      joined.callers++
      if (onProgress) joined.listeners.add(onProgress)
      try {
        return await unlessAborted(joined.done, signal)
      } finally {
        if (onProgress) joined.listeners.delete(onProgress)
        if (--joined.callers === 0) joined.abort.abort(new Error('nobody waits for it'))
      }
    },

    async remove(digest) {
      if (!held.delete(digest)) return
      await files.remove(digest)
      announce()
    },
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
