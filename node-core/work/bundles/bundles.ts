/** Bundles in the content-addressed repository: verified on the way in and on the way out. */
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import type { Bundles, BundlesDeps } from './index.ts'
import { FILE_BYTES_MAX } from './limits.ts'
import { verifyBundle } from './verify.ts'

export function createBundles({ blobs, trusted }: BundlesDeps): Bundles {
  return {
    async publish(content) {
      const before = await blobs.list()
      const digest = await blobs.add(content, { bytesMax: FILE_BYTES_MAX })
      const file = await blobs.path(digest)
      if (!file) throw new MyceliumError('BLOB_NOT_FOUND', 'The bundle was removed meanwhile.')
      try {
        const { manifest, publisher, sizeBytes } = await verifyBundle(file, { digest, trusted })
        return { manifest, digest, publisher, sizeBytes }
      } catch (error) {
        // One that was here before stays: its publisher lost our trust, its instances may yet run.
        if (!before.some((blob) => blob.digest === digest)) await blobs.remove(digest)
        throw error
      }
    },

    async obtain(digest, options) {
      const file = await blobs.fetch(digest, options)
      options?.onFetched?.()
      try {
        return await verifyBundle(file, { digest, trusted })
      } catch (error) {
        if (!isCode(error, 'DIGEST_MISMATCH')) throw error
        // Damaged on this disk since it was taken in: once more from the peers.
        await blobs.remove(digest)
        return verifyBundle(await blobs.fetch(digest, options), { digest, trusted })
      }
    },
  }
}
