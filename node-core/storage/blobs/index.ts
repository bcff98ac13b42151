/**
 * The content-addressed repository: bundles and layers of images by the SHA-256 of their bytes, on this
 * node's disk and fetched in pieces from peers that hold them, or hold some of them yet. Nothing is used
 * before its digest holds, and nothing half written is ever visible: a blob appears by one rename, a
 * bundle after its bytes are synced; of a layer, which an engine has too, the digest is looked at again
 * when it was there before the node started.
 *
 *     const blobs = createBlobStore({ folder, net, clock, random, logger, holders, announce })
 *     await blobs.start()
 *     const digest = await blobs.add(createReadStream('billing.spore'))
 *     const file = await blobs.fetch(digest)   // local, or from the peers that `holders` names
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'

/** `sha256:` and 64 lower-case hex digits. */
export type Digest = string & { readonly __brand: 'Digest' }

export interface FetchProgress {
  receivedBytes: number
  totalBytes: number | undefined
  /** Names of the nodes that it comes from. */
  from: string
}

/** bundle: wanted for itself, and told to the network. layer: of an image, which an engine has too. */
export type BlobKind = 'bundle' | 'layer'

export interface HeldBlob {
  digest: Digest
  kind: BlobKind
  sizeBytes: number
  /** By the wall clock, to the minute. */
  usedAtMs: number
}

/** What a transfer that ended early has left. */
export interface Leftover {
  digest: Digest
  sizeBytes: number
  usedAtMs: number
}

export interface BlobStore extends Lifecycle {
  has(digest: Digest): Promise<boolean>
  /** The local file that holds it, or undefined. */
  path(digest: Digest): Promise<string | undefined>
  /** Takes bytes in, hashing as they come; the blob exists only when all have come. */
  add(content: AsyncIterable<Uint8Array>, options?: AddOptions): Promise<Digest>
  /** Takes in a file of so many bytes that somebody else writes and hashes. */
  addLayer(sizeBytes: number, write: (file: string) => Promise<Written>): Promise<Digest>
  /** From several peers at once, resuming what an earlier transfer left. */
  fetch(digest: Digest, options?: FetchOptions): Promise<string>
  /** Busy: held by somebody here, or being served. */
  list(): Promise<(HeldBlob & { busy: boolean })[]>
  /** Of transfers that are not under way. */
  leftovers(): Promise<Leftover[]>
  dropLeftover(digest: Digest): Promise<void>
  /**
   * More is about to be added, until the answer is called: peers that ask for what is not here yet are
   * kept waiting for it.
   */
  expectMore(): () => void
  /** Tells that these are needed until the answer is called. */
  hold(digests: Iterable<Digest>): () => void
  remove(digest: Digest): Promise<void>
  /** Since it was made; as they went over the wire. */
  traffic(): PieceTraffic
}

export interface PieceTraffic {
  sentBytes: number
  receivedBytes: number
}

/** A file that was hashed while it was written: all of it, and each of its pieces. */
export interface Written {
  /** SHA-256, in hexadecimal digits. */
  hex: string
  digests: Uint8Array
  sizeBytes: number
}

export interface AddOptions {
  /** Default: bundle. */
  kind?: BlobKind
  bytesMax?: number
}

export interface FetchOptions {
  /** Default: bundle. */
  kind?: BlobKind
  /** Who is known to have it, besides those that `holders` names. */
  from?: readonly NodeId[]
  bytesMax?: number
  /** There are others to turn to than these holders: what comes too slowly is BLOB_SLOW. */
  elsewhere?: boolean
  signal?: AbortSignal
  onProgress?: (progress: FetchProgress) => void
}

export interface BlobDeps {
  /** Absolute; made if missing. Blobs are streamed, so this is a folder and not the `Disk` door. */
  folder: string
  net: Pick<Net, 'self' | 'openStream' | 'onStream'>
  clock: Clock
  random: Random
  logger: Logger
  /** Members that say they hold it. */
  holders(digest: Digest): readonly NodeId[]
  /** Tells the network which bundles this node holds: at start and after every change. */
  announce(digests: readonly Digest[]): void
  /** Drops what is not needed, for want of space; whether that freed any. */
  makeRoom?(): Promise<boolean>
  /** For progress: what people call a node. Default: the short form of its id. */
  nameOf?(node: NodeId): string
}

export interface BlobOptions {
  /** Largest blob taken, in bytes. */
  blobBytesMax?: number
  /** All blobs together, in bytes; more is DISK_FULL. Default: STORE_BYTES_DEFAULT. */
  storeBytesMax?: number
  /** What blobs leave free of the disk, in bytes; what would not is DISK_FULL. Default: FREE_BYTES_MIN. */
  freeBytesMin?: number
}

export type BlobErrorCode =
  /** No reachable peer holds it. */
  | 'BLOB_NOT_FOUND'
  /** Peers hold it and send too little of it. What came stays for the next attempt. */
  | 'BLOB_SLOW'
  /** What arrived is not what was asked for. */
  | 'DIGEST_MISMATCH'
  | 'TOO_LARGE'
  /** No space left but the node's own, or the store's bound is reached. Nothing was changed. */
  | 'DISK_FULL'
  /** Any other failure of the disk. */
  | 'DISK_FAILED'

export function parseDigest(text: string): Digest | undefined {
  return /^sha256:[0-9a-f]{64}$/.test(text) ? (text as Digest) : undefined
}

export { createBlobStore } from './blob-store.ts'
export { STORE_BYTES_DEFAULT } from './limits.ts'
