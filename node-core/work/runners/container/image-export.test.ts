import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSystemClock } from '../../../base/clock/index.ts'
import { createSilentLogger } from '../../../base/log/index.ts'
import { createSimNetwork, type NodeId } from '../../../base/net/index.ts'
import { createSystemRandom } from '../../../base/random/index.ts'
import { type BlobStore, createBlobStore, type Digest } from '../../../storage/blobs/index.ts'
import { createPieceHasher } from '../../../storage/pieces/index.ts'
import { createImageExport } from './image-export.ts'
import type { SavedPart } from './image-thread.ts'

const hexOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const LAYERS = [Buffer.alloc(1_000, 'one'), Buffer.alloc(1_000, 'two')]
const CONFIG = Buffer.from(
  JSON.stringify({ rootfs: { diff_ids: LAYERS.map((layer) => `sha256:${hexOf(layer)}`) } }),
)
const IMAGE = `sha256:${hexOf(CONFIG)}` as Digest

let folder: string
let blobs: BlobStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mycelium-export-test-'))
  const clock = createSystemClock()
  const random = createSystemRandom()
  const net = createSimNetwork({ clock, random }).node('a'.repeat(64) as NodeId)
  const deps = { folder, net, clock, random, logger: createSilentLogger() }
  const none = { holders: () => [], announce() {} }
  blobs = createBlobStore({ ...deps, ...none }, { storeBytesMax: 3_000 })
  await blobs.start()
})
afterEach(async () => {
  await blobs.stop()
  await rm(folder, { recursive: true })
})

/** The engine's archive, part by part. */
async function* saveImage(): AsyncGenerator<SavedPart> {
  for (const bytes of [...LAYERS, CONFIG]) {
    const write: SavedPart['write'] = async (file) => {
      const pieces = createPieceHasher()
      pieces.take(bytes)
      await writeFile(file, bytes)
      return { hex: hexOf(bytes), digests: pieces.digests(), sizeBytes: bytes.length }
    }
    yield { sizeBytes: bytes.length, write }
  }
}

it('makes room for the parts of an image, and not at the cost of those that came first', async () => {
  const old = await blobs.add(
    (async function* () {
      yield Buffer.alloc(1_000, 'old')
    })(),
  )
  const busy: string[][] = []
  const makeRoom = async (): Promise<boolean> => {
    busy.push((await blobs.list()).filter((one) => one.busy).map(({ digest }) => digest))
    await blobs.remove(old)
    return true
  }
  const platform = { os: 'linux', architecture: 'amd64' }
  const images = createImageExport({ saveImage }, blobs, platform, makeRoom)
  expect((await images.prepare(IMAGE).done).size).toBe(3)
  expect(busy).toEqual([LAYERS.map((layer) => `sha256:${hexOf(layer)}`)])
  expect((await blobs.list()).filter((one) => one.busy)).toEqual([])
})
