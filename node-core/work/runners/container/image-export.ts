/** Takes an image of this engine apart into blobs that others can fetch. */
import { readFile } from 'node:fs/promises'
import { isCode, MyceliumError } from '../../../base/errors/index.ts'
import type { BlobStore, Digest } from '../../../storage/blobs/index.ts'
import { parseDigest } from '../../../storage/blobs/index.ts'
import { type ImageRoot, type Platform, parseImageRoot } from './image-parts.ts'
import type { ImageThread } from './image-thread.ts'

export type PartShelf = Pick<
  BlobStore,
  'addLayer' | 'expectMore' | 'fetch' | 'hold' | 'list' | 'path'
>

export interface ImageExport {
  /** Sizes of all parts by digest, once they are all here; undefined before. */
  parts(imageId: Digest): Promise<ReadonlyMap<Digest, number> | undefined>
  /** Has it taken apart, once however many ask. */
  prepare(imageId: Digest): Preparing
  stop(): Promise<void>
}

export interface Preparing {
  /** From now on parts come, and who asks for one is kept waiting for it. Never, where none come. */
  begun: Promise<void>
  /** Sizes of all parts. Throws where the engine's archive is not that image. */
  done: Promise<ReadonlyMap<Digest, number>>
}

export function createImageExport(
  thread: Pick<ImageThread, 'saveImage'>,
  blobs: PartShelf,
  platform: Platform,
  /** Drops what is not needed, for want of space; whether that freed any. */
  makeRoom: () => Promise<boolean>,
): ImageExport {
  const underWay = new Map<Digest, Preparing>()
  const stopping = new AbortController()

  async function parts(imageId: Digest): Promise<ReadonlyMap<Digest, number> | undefined> {
    const sizes = new Map((await blobs.list()).map((blob) => [blob.digest, blob.sizeBytes]))
    const found = new Map<Digest, number>()
    const all = await partsOf(blobs, platform, imageId)
    for (const digest of all ?? []) {
      const sizeBytes = sizes.get(digest)
      if (sizeBytes === undefined) return undefined
      found.set(digest, sizeBytes)
    }
    return all && found
  }

  async function takeApart(imageId: Digest, begun: () => void) {
    const found = await parts(imageId)
    if (found) return found
    const noMore = blobs.expectMore()
    // Parts that came first are not to go for those that come last.
    const releases: (() => void)[] = []
    const takeAll = async (): Promise<void> => {
      for await (const { sizeBytes, write } of thread.saveImage(imageId, stopping.signal)) {
        begun()
        releases.push(blobs.hold([await blobs.addLayer(sizeBytes, write)]))
      }
    }
    try {
      await takeAll().catch(async (error: unknown) => {
        if (!isCode(error, 'DISK_FULL') || !(await makeRoom())) throw error
        await takeAll()
      })
      const made = await parts(imageId)
      if (made) return made
    } finally {
      noMore()
      for (const release of releases) release()
    }
    throw new MyceliumError(
      'IMAGE_NOT_FOUND',
      'The engine saved another image than it was asked for.',
    )
  }

  return {
    parts,
    prepare(imageId) {
      const before = underWay.get(imageId)
      if (before) return before
      const { promise: begun, resolve } = Promise.withResolvers<void>()
      const done = takeApart(imageId, resolve).finally(() => underWay.delete(imageId))
      underWay.set(imageId, { begun, done })
      return { begun, done }
    },
    async stop() {
      stopping.abort(new MyceliumError('ENGINE_UNAVAILABLE', 'This node stops.'))
      await Promise.allSettled([...underWay.values()].map(({ done }) => done))
    },
  }
}

/** The digests of all parts, the root first; undefined where one that names others is not here. */
async function partsOf(
  blobs: PartShelf,
  platform: Platform,
  root: Digest,
): Promise<Digest[] | undefined> {
  const parsed = await rootHere(blobs, platform, root)
  switch (parsed?.kind) {
    case undefined:
      return undefined
    case 'docker':
      return [root, ...parsed.layers]
    case 'manifest':
      return [root, ...parsed.blobs]
    case 'index': {
      const rest = await partsOf(blobs, platform, parsed.manifest)
      return rest && [root, ...rest]
    }
  }
}

async function rootHere(
  blobs: PartShelf,
  platform: Platform,
  root: Digest,
): Promise<ImageRoot | undefined> {
  const file = await blobs.path(root)
  return file === undefined ? undefined : parseImageRoot(await readFile(file), platform)
}

/** Engines name images by digests. */
export function imageDigest(imageId: string): Digest {
  const digest = parseDigest(imageId)
  if (digest) return digest
  throw new MyceliumError('IMAGE_NOT_FOUND', `${imageId} is no id of an image.`)
}
