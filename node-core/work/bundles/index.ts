/**
 * `.spore` bundles: one signed native program and its manifest in a zip. This module builds them,
 * verifies them before anything is unpacked, and keeps them in the content-addressed repository.
 * A bundle is trusted by a list of publisher keys, never by the key that travels inside it alone.
 *
 *     const { file, digest } = await buildBundle({ manifest, program, signer, createdAt, out })
 *     const bundles = createBundles({ blobs, trusted: (key) => publishers.has(key) })
 *     await bundles.publish(createReadStream(file))
 *     const verified = await bundles.obtain(digest, { signal })   // from peers if need be
 *     const program = await extractProgram(verified, folder)
 */
import type { BlobStore, Digest, FetchProgress } from '../../storage/blobs/index.ts'
import type { Bundle, VerifiedBundle } from './verify.ts'

export interface Bundles {
  /** Takes a bundle into the repository, or refuses it and keeps nothing. */
  publish(content: AsyncIterable<Uint8Array>): Promise<Bundle>
  /** The bundle from this node or its peers, verified anew each time. */
  obtain(digest: Digest, options?: ObtainOptions): Promise<VerifiedBundle>
  /**
   * What the file of one that is here says of itself, and that its signature stands for. The first
   * time that it is asked of one it is looked at, and known the next time.
   */
  known(digest: string): Bundle | undefined
}

export interface ObtainOptions {
  signal?: AbortSignal
  onProgress?: (progress: FetchProgress) => void
  /** All of it is here; now it is verified. */
  onFetched?: () => void
}

export interface BundlesDeps {
  blobs: Pick<BlobStore, 'path' | 'add' | 'list' | 'fetch' | 'remove'>
  /** Whether this network trusts a publisher, by its key in hex. */
  trusted(publisher: string): boolean
}

export { type BuildRequest, buildBundle } from './build.ts'
export { createBundles } from './bundles.ts'
export type { BundleErrorCode, BundleFault, BundleFaultDetails } from './errors.ts'
export { namesKeyTwice } from './go-json.ts'
export { type Manifest, type ManifestDraft, parseManifestDraft } from './manifest.ts'
export {
  type Bundle,
  extractProgram,
  inspectBundle,
  type VerifiedBundle,
  type VerifyOptions,
  verifyBundle,
} from './verify.ts'
