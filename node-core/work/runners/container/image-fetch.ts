/**
 * One image from several peers: its root, then the parts that this engine lacks, as blobs, and then into
 * the engine. What came stays where a transfer breaks off, and the next goes on from there.
 */
import { readFile } from 'node:fs/promises'
import { isCode, MyceliumError } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { Digest, FetchProgress } from '../../../storage/blobs/index.ts'
import type { Engine } from './engine.ts'
import { imageArchive } from './image-archive.ts'
import type { PartShelf } from './image-export.ts'
import { layersHad, type Platform, parseImageRoot } from './image-parts.ts'
import { IMAGE_JSON_BYTES_MAX, IMAGES_COMPARED_MAX, LAYERS_PARALLEL_MAX } from './limits.ts'

export interface ImageFetchDeps {
  blobs: PartShelf
  engine: Pick<Engine, 'image' | 'images' | 'layersOf' | 'loadImage'>
  platform: Platform
  /** Drops what is not needed, for want of space; whether that freed any. */
  makeRoom(): Promise<boolean>
}

export interface ImageFetchRequest {
  imageId: Digest
  /** Who has all of its parts. */
  from: readonly NodeId[]
  /** By digest, as far as they are told. */
  sizes: ReadonlyMap<string, number>
  signal: AbortSignal
  onProgress(doneBytes: number, totalBytes: number, from: string): void
}

export interface ImageFetch {
  /** Throws BLOB_NOT_FOUND, DIGEST_MISMATCH, DISK_FULL, ENGINE_UNAVAILABLE or START_FAILED. */
  fetch(request: ImageFetchRequest): Promise<void>
}

/** What is handed to the engine. */
interface Gathered {
  root: Digest
  layers: Digest[] | undefined
  mediaType: string
  parts: Digest[]
}

export function createImageFetch(deps: ImageFetchDeps): ImageFetch {
  const { blobs, engine, platform } = deps
  /** Loads under way: a second instance waits for the first one's. */
  const loading = new Map<Digest, Promise<void>>()
  /** Of images, whose layers never change. */
  const layersKnown = new Map<string, readonly string[]>()

  async function layersHere(): Promise<(readonly string[])[]> {
    const images = (await engine.images()).slice(0, IMAGES_COMPARED_MAX)
    const found: (readonly string[])[] = []
    for (const { id } of images) {
      const layers = layersKnown.get(id) ?? (await engine.layersOf(id))
      if (layers) layersKnown.set(id, layers)
      found.push(layers ?? [])
    }
    if (layersKnown.size > IMAGES_COMPARED_MAX) layersKnown.clear()
    return found
  }

  async function bring(
    digests: readonly Digest[],
    { from, sizes, signal, onProgress }: ImageFetchRequest,
  ): Promise<void> {
    const waiting = [...new Set(digests)]
    const done = new Map<Digest, FetchProgress>()
    const tell = (): void => {
      const all = [...done.values()]
      const doneBytes = all.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0)
      const total = digests.reduce((sum, digest) => {
        return sum + (done.get(digest)?.totalBytes ?? sizes.get(digest) ?? 0)
      }, 0)
      const names = new Set(all.flatMap((one) => one.from.split(', ')))
      onProgress(doneBytes, Math.max(total, doneBytes), [...names].join(', '))
    }
    const take = async (): Promise<void> => {
      for (let digest = waiting.shift(); digest; digest = waiting.shift()) {
        const part = digest
        await blobs.fetch(part, {
          ...{ kind: 'layer', from, signal },
          onProgress(progress) {
            done.set(part, progress)
            tell()
          },
        })
      }
    }
    try {
      await Promise.all(Array.from({ length: LAYERS_PARALLEL_MAX }, take))
    } finally {
      waiting.length = 0
    }
  }

  async function read(digest: Digest, request: ImageFetchRequest): Promise<Buffer> {
    const file = await blobs.fetch(digest, {
      ...{ kind: 'layer', from: request.from, signal: request.signal },
      bytesMax: IMAGE_JSON_BYTES_MAX,
    })
    return readFile(file)
  }

  async function gather(root: Digest, request: ImageFetchRequest): Promise<Gathered> {
    const parsed = parseImageRoot(await read(root, request), platform)
    switch (parsed?.kind) {
      case undefined:
        throw new MyceliumError('IMAGE_NOT_FOUND', `${root} is no image for this kind of computer.`)
      case 'docker':
        return { root, layers: parsed.layers, mediaType: '', parts: [root, ...parsed.layers] }
      case 'manifest': {
        const { mediaType, blobs: parts } = parsed
        return { root, layers: undefined, mediaType, parts: [root, ...parts] }
      }
      case 'index': {
        const { parts } = await gather(parsed.manifest, request)
        return { root, layers: undefined, mediaType: parsed.mediaType, parts: [root, ...parts] }
      }
    }
  }

  async function load(gathered: Gathered, parts: readonly Digest[]): Promise<void> {
    const files = new Map<Digest, string>()
    for (const digest of parts) {
      const file = await blobs.path(digest)
      if (file === undefined) throw new MyceliumError('BLOB_NOT_FOUND', `${digest} is gone.`)
      files.set(digest, file)
    }
    await engine.loadImage(await imageArchive({ ...gathered, files }))
  }

  async function fetchAndLoad(request: ImageFetchRequest): Promise<void> {
    const gathered = await gather(request.imageId, request)
    const release = blobs.hold(gathered.parts)
    try {
      await loadWhatLacks(gathered, request)
    } finally {
      release()
    }
  }

  async function loadWhatLacks(gathered: Gathered, request: ImageFetchRequest): Promise<void> {
    const had = gathered.layers ? layersHad(gathered.layers, await layersHere()) : 0
    const hadSet = new Set(gathered.layers?.slice(0, had))
    const lacking = gathered.parts.filter((digest) => !hadSet.has(digest))
    await bring(lacking, request)
    try {
      await loadWithRoom(gathered, lacking)
    } catch (error) {
      if (had === 0 || !isCode(error, 'START_FAILED')) throw error
      // One that does not look for layers among its own, or has removed them meanwhile.
      await bring(gathered.parts, request)
      await loadWithRoom(gathered, gathered.parts)
    }
  }

  async function loadWithRoom(gathered: Gathered, parts: readonly Digest[]): Promise<void> {
    try {
      await load(gathered, parts)
    } catch (error) {
      if (!isCode(error, 'DISK_FULL') || !(await deps.makeRoom())) throw error
      await load(gathered, parts)
    }
  }

  return {
    async fetch(request) {
      const { imageId, signal } = request
      const isHere = async (): Promise<boolean> => (await engine.image(imageId))?.id === imageId
      for (let other = loading.get(imageId); other; other = loading.get(imageId)) {
        await other.catch(() => {})
        signal.throwIfAborted()
        if (await isHere()) return
      }
      const begun = fetchAndLoad(request).finally(() => loading.delete(imageId))
      loading.set(imageId, begun)
      await begun
      if (await isHere()) return
      throw new MyceliumError('DIGEST_MISMATCH', 'The engine made another image of what came.')
    },
  }
}
