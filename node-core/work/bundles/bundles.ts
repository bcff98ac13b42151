/** Bundles in the content-addressed repository: verified on the way in and on the way out. */
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import { type Digest, parseDigest } from '../../storage/blobs/index.ts'
import type { Bundles, BundlesDeps } from './index.ts'
import { FILE_BYTES_MAX, KNOWN_MAX } from './limits.ts'
import { type Bundle, verifyBundle } from './verify.ts'

export function createBundles({ blobs, trusted }: BundlesDeps): Bundles {
  const seen = new Map<string, Bundle>()
  const looking = new Set<string>()
  let turn: Promise<void> = Promise.resolve()

  function note({ manifest, digest, publisher, sizeBytes }: Bundle): Bundle {
    const bundle = { manifest, digest, publisher, sizeBytes }
    seen.delete(digest)
    seen.set(digest, bundle)
    const [oldest] = seen.keys()
    if (oldest !== undefined && seen.size > KNOWN_MAX) seen.delete(oldest)
    return bundle
  }

  async function look(digest: Digest): Promise<void> {
    const file = await blobs.path(digest)
    if (file !== undefined) note(await verifyBundle(file, { digest, trusted: () => true }))
  }

  return {
    known(text) {
      const digest = parseDigest(text)
      const known = seen.get(text)
      if (known || !digest || looking.has(digest)) return known
      looking.add(digest)
      turn = turn
        .then(() => look(digest))
        // One that is damaged is told of as others do; whoever wants it finds out.
        .catch(() => {})
        .finally(() => looking.delete(digest))
      return undefined
    },

    async publish(content) {
      const before = await blobs.list()
      const digest = await blobs.add(content, { bytesMax: FILE_BYTES_MAX })
      const file = await blobs.path(digest)
      if (!file) throw new MyceliumError('BLOB_NOT_FOUND', 'The bundle was removed meanwhile.')
      try {
        return note(await verifyBundle(file, { digest, trusted }))
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
        const bundle = await verifyBundle(file, { digest, trusted })
        note(bundle)
        return bundle
      } catch (error) {
        if (!isCode(error, 'DIGEST_MISMATCH')) throw error
        // Damaged on this disk since it was taken in: once more from the peers.
        await blobs.remove(digest)
        const again = await verifyBundle(await blobs.fetch(digest, options), { digest, trusted })
        note(again)
        return again
      }
    },
  }
}
