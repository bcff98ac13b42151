/** Real signed bundles for tests: built on the spot, verified as in production. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSeededRandom } from '../../../../base/random/index.ts'
import { generateKey } from '../../../../identity/index.ts'
import type { Digest } from '../../../../storage/blobs/index.ts'
import {
  type Bundles,
  buildBundle,
  parseManifestDraft,
  verifyBundle,
} from '../../../bundles/index.ts'
import type { Workload } from '../../../spec/index.ts'
import { type Flat, flatWorkload } from '../../../spec/testing/flat.ts'

export interface BundleShelf extends Pick<Bundles, 'obtain'> {
  /** Builds a bundle from a script and gives a workload that runs it. */
  workload(name: string, script: string, more?: Partial<Flat>, manifest?: object): Promise<Workload>
  fileOf(workload: Workload): string
}

export async function createBundleShelf(folder: string): Promise<BundleShelf> {
  const files = new Map<Digest, string>()
  const signer = generateKey(createSeededRandom(9))
  await mkdir(folder, { recursive: true })
  const fileOf = (workload: Workload): string => {
    const [{ source }] = workload.parts
    const file = 'bundle' in source ? files.get(source.bundle) : undefined
    if (!file) throw new Error('no such bundle')
    return file
  }
  return {
    fileOf,
    async obtain(digest, options) {
      const file = files.get(digest)
      if (!file) throw new Error('no such bundle')
      options?.onFetched?.()
      return verifyBundle(file, { digest, trusted: () => true })
    },
    async workload(name, script, more = {}, manifest = {}) {
      const program = join(folder, name)
      await writeFile(program, script)
      const text = JSON.stringify({ name, version: 'v1', command: name, ...manifest })
      const built = await buildBundle({
        manifest: parseManifestDraft(Buffer.from(text)),
        program,
        signer,
        createdAt: '2026-11-20T12:00:00Z',
        out: folder,
      })
      files.set(built.digest, built.file)
      return flatWorkload({ source: { bundle: built.digest }, ...more, name })
    },
  }
}
