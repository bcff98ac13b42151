/**
 * Seeds: places outside the network where its spore document lies, so that nodes find it and each
 * other when nobody answers: a file, an HTTPS URL, or a bucket of an S3-like store. A write names what
 * it replaces, and fails where that has changed, so that of two writers one wins (docs/adr/0015).
 *
 * ```ts
 * const store = openSeedStore('s3://bucket/spore?endpoint=https://…&region=…', { clock, credentials })
 * const found = await store.read(signal)             // { bytes, tag } | undefined
 * await store.write(bytes, found?.tag, signal)       // 'written' | 'conflict'
 * ```
 */
import type { Clock } from '../../base/clock/index.ts'

export interface SeedStore {
  /** For people and logs: without anything secret. */
  readonly location: string
  /** Undefined where nothing lies there. Throws SEED_UNREACHABLE, SEED_INVALID. */
  read(signal?: AbortSignal): Promise<Found | undefined>
  /**
   * Replaces what `tag` names; without one, only where nothing lies. Throws SEED_UNREACHABLE, and
   * SEED_UNCONDITIONAL from a server that does not compare.
   */
  write(bytes: Uint8Array, tag: Tag | undefined, signal?: AbortSignal): Promise<WriteOutcome>
}

export interface Found {
  bytes: Uint8Array
  /** Undefined where the server gives none: what lies there cannot be replaced safely. */
  tag: Tag | undefined
}

/** What was read, as the store names it. */
export type Tag = string & { readonly __brand: 'SeedTag' }
/** conflict: somebody else has written since. Nothing was changed. */
export type WriteOutcome = 'written' | 'conflict'

/** Never logged, never told. */
export interface SeedCredentials {
  /** For `Authorization: Bearer`, with a URL. */
  token?: string
  /** For a bucket. */
  accessKeyId?: string
  secretAccessKey?: string
  sessionToken?: string
}

export interface SeedStoreDeps {
  clock: Clock
  credentials?: SeedCredentials
}

export type SeedErrorCode =
  /** The place does not answer, or refuses. */
  | 'SEED_UNREACHABLE'
  /** What lies there is over its limit. */
  | 'SEED_INVALID'
  /** The server gives no tag for what it holds, so nothing can be replaced safely. */
  | 'SEED_UNCONDITIONAL'
  /** Not a path, an http(s) URL, or `s3://bucket/key`. */
  | 'SEED_LOCATION_INVALID'

export { createSeedKeeper, type SeedKeeper, type SeedState } from './keeper.ts'
export { rememberSeed } from './list.ts'
export { openSeedStore } from './opening.ts'
