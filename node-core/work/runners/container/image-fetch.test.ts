import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MyceliumError } from '../../../base/errors/index.ts'
import type { Digest } from '../../../storage/blobs/index.ts'
import { createImageFetch, type ImageFetchRequest } from './image-fetch.ts'

const digestOf = (bytes: Uint8Array): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest
const short = (digest: string): string => digest.slice('sha256:'.length)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mycelium-fetch-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** An image of three layers, whose blobs come when they are let, and an engine that notes what it reads. */
function createImage() {
  const layers = [1, 2, 3].map(() => randomBytes(2_000))
  const config = Buffer.from(JSON.stringify({ rootfs: { diff_ids: layers.map(digestOf) } }))
  const blobs = new Map([config, ...layers].map((bytes) => [digestOf(bytes), bytes]))
  const coming = new Map([...blobs.keys()].map((digest) => [digest, Promise.withResolvers<void>()]))
  const [first, second, third] = layers.map(digestOf) as [Digest, Digest, Digest]
  const root = digestOf(config)
  const request: ImageFetchRequest = {
    ...{ imageId: root, from: [], sizes: new Map(), signal: AbortSignal.timeout(10_000) },
    onProgress() {},
  }
  return {
    ...{ root, first, second, third, blobs, request },
    layers: [first, second, third],
    come: (digest: Digest) => coming.get(digest)?.resolve(),
    fail: (digest: Digest, error: Error) => coming.get(digest)?.reject(error),
    async bring(digest: Digest, signal: AbortSignal | undefined): Promise<string> {
      const aborted = new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
      })
      await Promise.race([coming.get(digest)?.promise, aborted])
      const file = join(folder, short(digest))
      await writeFile(file, blobs.get(digest) ?? '')
      return file
    },
  }
}

function setUp({ makes }: { makes?: Digest } = {}) {
  const image = createImage()
  const read: string[] = []
  const engine = new Set<string>()
  const asked: Digest[] = []
  let change = Promise.withResolvers<void>()
  const tell = (): void => {
    change.resolve()
    change = Promise.withResolvers()
  }
  const fetch = createImageFetch({
    platform: { os: 'linux', architecture: 'amd64' },
    makeRoom: async () => false,
    blobs: {
      addLayer: async () => image.root,
      expectMore: () => () => {},
      hold: () => () => {},
      list: async () => [],
      path: async () => undefined,
      fetch(digest, options) {
        asked.push(digest)
        tell()
        return image.bring(digest, options?.signal)
      },
    },
    engine: {
      image: async (id) => {
        return engine.has(id) ? { id, tags: [], sizeBytes: 1, exposes: [] } : undefined
      },
      images: async () => [...engine].map((id) => ({ id, tags: [], sizeBytes: 1 })),
      layersOf: async () => [],
      async removeImage(id) {
        return engine.delete(id)
      },
    },
    thread: {
      async loadImage(files) {
        for await (const { name } of files) {
          read.push(name)
          tell()
        }
        engine.add(makes ?? image.root)
        return [makes ?? image.root]
      },
    },
  })
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await change.promise
  }
  return { image, read, engine, asked, fetch, until }
}

describe('an image from peers', () => {
  it('is given to the engine part by part, while the others still come', async () => {
    const { image, read, engine, asked, fetch, until } = setUp()
    const fetching = fetch.fetch(image.request)
    image.come(image.root)
    await until(() => image.layers.every((layer) => asked.includes(layer)))
    image.come(image.second)
    // The next header is written once there is a next, so the engine sees one by one.
    image.come(image.third)
    await until(() => read.length === 3)
    expect(read.slice(1).sort()).toEqual(
      [image.second, image.third].map((digest) => `${short(digest)}/layer.tar`).sort(),
    )
    expect(engine.has(image.root)).toBe(false)
    image.come(image.first)
    await fetching
    expect(read.at(-1)).toBe('manifest.json')
    expect(engine.has(image.root)).toBe(true)
  })

  it('never becomes one where a part does not hold: the archive breaks off before its end', async () => {
    const { image, read, engine, asked, fetch, until } = setUp()
    const fetching = fetch.fetch(image.request)
    image.come(image.root)
    await until(() => image.layers.every((layer) => asked.includes(layer)))
    image.come(image.first)
    await until(() => read.length === 2)
    image.fail(image.second, new MyceliumError('DIGEST_MISMATCH', 'something else'))
    await expect(fetching).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    expect(read).not.toContain('manifest.json')
    expect([...engine]).toEqual([])
  })

  it('is removed again where the engine made another of it, and only then', async () => {
    const other = digestOf(Buffer.from('another'))
    for (const hadBefore of [false, true]) {
      const { image, engine, fetch } = setUp({ makes: other })
      if (hadBefore) engine.add(other)
      for (const digest of image.blobs.keys()) image.come(digest)
      await expect(fetch.fetch(image.request)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
      expect(engine.has(other)).toBe(hadBefore)
    }
  })
})
