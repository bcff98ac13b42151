/**
 * The content-addressed repository: bundles and images by the SHA-256 of their bytes, on this
 * node's disk and fetched from peers that hold them. Nothing is used before its digest holds.
 */
import type { Lifecycle } from '../../base/lifecycle/index.ts'

/** `sha256:` and 64 lower-case hex digits. */
export type Digest = string & { readonly __brand: 'Digest' }

export interface FetchProgress {
  receivedBytes: number
  totalBytes: number | undefined
  /** Name or id of the node it comes from. */
  from: string
}

export interface BlobStore extends Lifecycle {
  has(digest: Digest): Promise<boolean>
  /** The local file that holds it, or undefined. */
  path(digest: Digest): Promise<string | undefined>
  /** Takes bytes in, hashing as they come; the blob exists only when all have come. */
  add(content: AsyncIterable<Uint8Array>, options?: { bytesMax?: number }): Promise<Digest>
  /** From peers that say they hold it, one after the other, resuming where the last one ended. */
  fetch(
    digest: Digest,
    options?: { signal?: AbortSignal; onProgress?: (progress: FetchProgress) => void },
  ): Promise<string>
  list(): Promise<{ digest: Digest; sizeBytes: number }[]>
  remove(digest: Digest): Promise<void>
}

export type BlobErrorCode =
  /** No reachable peer holds it. */
  | 'BLOB_NOT_FOUND'
  /** What arrived is not what was asked for. */
  | 'DIGEST_MISMATCH'
  | 'TOO_LARGE'
  | 'DISK_FULL'

export function parseDigest(text: string): Digest | undefined {
  return /^sha256:[0-9a-f]{64}$/.test(text) ? (text as Digest) : undefined
}
