import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSystemClock } from '../../base/clock/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { createSimNetwork, type NodeId, type SimNetwork } from '../../base/net/index.ts'
import { createSystemRandom } from '../../base/random/index.ts'
import { PIECE_BYTES } from '../pieces/index.ts'
import { type BlobStore, createBlobStore, type Digest } from './index.ts'

const [ADA, BEN] = ['a'.repeat(64) as NodeId, 'b'.repeat(64) as NodeId]
const MAY_MOUNT = process.platform === 'linux' && process.getuid?.() === 0
const digestOf = (bytes: Uint8Array): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest

let root: string
let network: SimNetwork
const stores: BlobStore[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mycelium-disk-room-'))
  network = createSimNetwork({ clock: createSystemClock(), random: createSystemRandom() })
})
afterEach(async () => {
  for (const store of stores.splice(0)) await store.stop()
  await rm(root, { recursive: true, force: true })
})

async function openStore(node: NodeId, folder: string): Promise<BlobStore> {
  const store = createBlobStore(
    {
      ...{ folder, net: network.node(node) },
      clock: createSystemClock(),
      random: createSystemRandom(),
      logger: createSilentLogger(),
      holders: () => [ADA],
      announce() {},
    },
    { freeBytesMin: 4 * PIECE_BYTES },
  )
  stores.push(store)
  await store.start()
  return store
}

async function* inPieces(bytes: Uint8Array, size = 100_000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

it.skipIf(!MAY_MOUNT)(
  'leaves room on the disk for the node itself, whichever way blobs come [root only]',
  async () => {
    const folder = join(root, 'small')
    await mkdir(folder)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', folder])
    try {
      const ada = await openStore(ADA, join(root, 'ada'))
      const ben = await openStore(BEN, folder)
      const large = randomBytes(10 * PIECE_BYTES)
      const digest = await ada.add(inPieces(large))
      const free = async (): Promise<number> => {
        const { bavail, bsize } = await statfs(folder)
        return bavail * bsize
      }
      const ways: (() => Promise<unknown>)[] = [
        () => ben.add(inPieces(large)),
        () => ben.fetch(digest),
        () => ben.addLayer(large.length, async () => expect.unreachable()),
      ]
      for (const way of ways) {
        await expect(way()).rejects.toMatchObject({ code: 'DISK_FULL' })
        // Pieces that came at the same time were counted without each other.
        expect(await free()).toBeGreaterThan(2 * PIECE_BYTES)
      }
      expect(ben.traffic().receivedBytes).toBe(0)
      expect(await ben.list()).toEqual([])
      expect(await readdir(join(folder, 'incoming'))).toEqual([])
      execFileSync('mount', ['-o', 'remount,size=32m', folder])
      expect(digestOf(await readFile(await ben.fetch(digest)))).toBe(digest)
    } finally {
      execFileSync('umount', ['-l', folder])
    }
  },
)

it('keeps what came of a transfer for who holds it', async () => {
  const folder = join(root, 'ben')
  const ben = await openStore(BEN, folder)
  const digest = digestOf(randomBytes(10))
  const file = join(folder, 'partial', digest.slice('sha256:'.length))
  await writeFile(file, randomBytes(PIECE_BYTES))
  const release = ben.hold([digest])
  expect(await ben.leftovers()).toEqual([])
  await ben.dropLeftover(digest)
  release()
  expect(await ben.leftovers()).toMatchObject([{ digest, sizeBytes: PIECE_BYTES }])
  await ben.dropLeftover(digest)
  expect(await ben.leftovers()).toEqual([])
})
