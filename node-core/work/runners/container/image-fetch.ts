/**
 * One image from several peers: its root, then the parts that this engine lacks, as blobs, each into the
 * engine while the next ones come. What came stays where a transfer breaks off, and the next goes on from
 * there.
 */
import { readFile } from 'node:fs/promises'
import { isCode, MyceliumError } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { Digest, FetchProgress } from '../../../storage/blobs/index.ts'
import { asTheyCome } from './as-they-come.ts'
import type { Engine } from './engine.ts'
import { imageArchive } from './image-archive.ts'
import type { PartShelf } from './image-export.ts'
import { layersHad, type Platform, parseImageRoot } from './image-parts.ts'
import type { ImageThread } from './image-thread.ts'
import { IMAGE_JSON_BYTES_MAX, IMAGES_COMPARED_MAX, LAYERS_PARALLEL_MAX } from './limits.ts'

export interface ImageFetchDeps {
  blobs: PartShelf
  engine: Pick<Engine, 'image' | 'images' | 'layersOf' | 'removeImage'>
  thread: Pick<ImageThread, 'loadImage'>
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
  /** Of all of it, about, where that alone is told. */
  totalBytes?: number
  signal: AbortSignal
  onProgress(doneBytes: number, totalBytes: number, from: string): void
}

export interface ImageFetch {
  /** Throws BLOB_NOT_FOUND, BLOB_SLOW, DIGEST_MISMATCH, DISK_FULL, ENGINE_UNAVAILABLE or START_FAILED. */
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
  const { blobs, engine, thread, platform } = deps
  /** Loads under way: a second instance waits for the first one's. */
  const loading = new Map<Digest, Promise<void>>()
  /** Of images, whose layers never change. */
  const layersKnown = new Map<string, readonly string[]>()

  const isHere = async (imageId: Digest): Promise<boolean> =>
    (await engine.image(imageId))?.id === imageId

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

  /** The files of parts, the first of them first and the others as they come. */
  function bring(
    parts: readonly Digest[],
    { from, sizes, totalBytes = 0, signal: wanted, onProgress }: ImageFetchRequest,
    over: AbortController,
  ): AsyncGenerator<readonly [Digest, string]> {
    const signal = AbortSignal.any([wanted, over.signal])
    const done = new Map<Digest, FetchProgress>()
    const tell = (): void => {
      const all = [...done.values()]
      const doneBytes = all.reduce((sum, { receivedBytes }) => sum + receivedBytes, 0)
      const told = parts.reduce((sum, digest) => {
        return sum + (done.get(digest)?.totalBytes ?? sizes.get(digest) ?? 0)
      }, 0)
      const names = new Set(all.flatMap((one) => one.from.split(', ')))
      const total = sizes.size > 0 ? told : Math.max(told, totalBytes)
      onProgress(doneBytes, Math.max(total, doneBytes), [...names].join(', '))
    }
    const take = async (digest: Digest): Promise<readonly [Digest, string]> => {
      try {
        const file = await blobs.fetch(digest, {
          ...{ kind: 'layer', from, signal, elsewhere: true },
          onProgress(progress) {
            done.set(digest, progress)
            tell()
          },
        })
        return [digest, file]
      } catch (error) {
        // Without one of them the others are of no use now.
        over.abort(error)
        throw error
      }
    }
    const [root, ...others] = [...new Set(parts)].map((digest) => () => take(digest))
    return (async function* () {
      if (root) yield await root()
      yield* asTheyCome(others, LAYERS_PARALLEL_MAX)
    })()
  }

  async function read(digest: Digest, request: ImageFetchRequest): Promise<Buffer> {
    const file = await blobs.fetch(digest, {
      ...{ kind: 'layer', from: request.from, signal: request.signal, elsewhere: true },
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

  /** The engine is given each part once it is whole and checked, while the others still come. */
  async function bringAndLoad(
    gathered: Gathered,
    parts: readonly Digest[],
    request: ImageFetchRequest,
  ): Promise<void> {
    const before = new Set((await engine.images()).map(({ id }) => id))
    const over = new AbortController()
    const files = bring(parts, request, over)
    try {
      const made = await thread.loadImage(imageArchive({ ...gathered, files }))
      await requireImage(
        request.imageId,
        made.filter((id) => !before.has(id)),
      )
    } finally {
      over.abort(new Error('the engine takes no more'))
      await files.return(undefined).catch(() => {})
    }
  }

  /** Nothing of ours stays in the engine that is not what was asked for. */
  async function requireImage(imageId: Digest, made: readonly string[]): Promise<void> {
    if (await isHere(imageId)) return
    for (const id of made) await engine.removeImage(id)
    throw new MyceliumError('DIGEST_MISMATCH', 'The engine made another image of what came.')
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
    try {
      await bringAndLoadWithRoom(gathered, lacking, request)
    } catch (error) {
      if (had === 0 || !isCode(error, 'START_FAILED')) throw error
      // One that does not look for layers among its own, or has removed them meanwhile.
      await bringAndLoadWithRoom(gathered, gathered.parts, request)
    }
  }

  async function bringAndLoadWithRoom(
    ...[gathered, parts, request]: Parameters<typeof bringAndLoad>
  ): Promise<void> {
    try {
      await bringAndLoad(gathered, parts, request)
    } catch (error) {
      if (!isCode(error, 'DISK_FULL') || !(await deps.makeRoom())) throw error
      await bringAndLoad(gathered, parts, request)
    }
  }

  return {
    async fetch(request) {
      const { imageId, signal } = request
      for (let other = loading.get(imageId); other; other = loading.get(imageId)) {
        await other.catch(() => {})
        signal.throwIfAborted()
        if (await isHere(imageId)) return
      }
      const begun = fetchAndLoad(request).finally(() => loading.delete(imageId))
      loading.set(imageId, begun)
      await begun
    },
  }
}
