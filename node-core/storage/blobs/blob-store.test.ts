import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../base/clock/index.ts'
import { encode } from '../../base/codec/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import {
  createFrameReader,
  createSimNetwork,
  framed,
  type NetStream,
  type NodeId,
  type SimNetwork,
} from '../../base/net/index.ts'
import { createSystemRandom } from '../../base/random/index.ts'
import {
  type BlobOptions,
  type BlobStore,
  createBlobStore,
  type Digest,
  type FetchProgress,
} from './index.ts'
import { parseQuestion } from './messages.ts'

const idOf = (digit: string): NodeId => digit.repeat(64) as NodeId
const [ADA, BEN, CLEO] = [idOf('a'), idOf('b'), idOf('c')]
const digestOf = (bytes: Uint8Array): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest

const MAY_MOUNT = process.platform === 'linux' && process.getuid?.() === 0

let root: string
let network: SimNetwork
let holders: NodeId[]
let announced: (readonly Digest[])[]
const stores: BlobStore[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mycelium-blobs-test-'))
  network = createSimNetwork({ clock: createSystemClock(), random: createSystemRandom() })
  holders = []
  announced = []
})
afterEach(async () => {
  for (const store of stores.splice(0)) await store.stop()
  await rm(root, { recursive: true, force: true })
})

async function openStore(node: NodeId, options: BlobOptions & { folder?: string } = {}) {
  const store = createBlobStore(
    {
      folder: options.folder ?? join(root, node.slice(0, 4)),
      net: network.node(node),
      clock: createSystemClock(),
      random: createSystemRandom(),
      logger: createSilentLogger(),
      holders: () => holders,
      announce: (digests) => announced.push(digests),
    },
    options,
  )
  stores.push(store)
  await store.start()
  return store
}

async function* inPieces(bytes: Uint8Array, size = 10_000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** A peer that answers `blob/1` its own way. */
function peer(
  id: NodeId,
  answer: (stream: NetStream, ask: { digest: Digest; offset: number }) => Promise<void>,
): void {
  network.node(id).onStream('blob/1', (stream) => {
    void (async () => {
      const ask = parseQuestion(await createFrameReader(stream).frame(1_000))
      await answer(stream, ask)
    })().catch(() => stream.abort(new Error('broken')))
  })
}
const head = (sizeBytes: number): Uint8Array => framed(encode({ status: 'ok', sizeBytes }))
const CONTENT = randomBytes(300_000)

describe('the blob store', () => {
  it('keeps what it was given under its digest, once, and tells the network', async () => {
    const store = await openStore(ADA)
    const digest = await store.add(inPieces(CONTENT))
    expect(digest).toBe(digestOf(CONTENT))
    expect(await store.add(inPieces(CONTENT, 997))).toBe(digest)
    expect(await store.list()).toEqual([{ digest, sizeBytes: CONTENT.length }])
    expect(await readFile((await store.path(digest)) ?? '')).toEqual(CONTENT)
    expect(announced).toEqual([[], [digest]])
    expect(await readdir(join(root, 'aaaa', 'incoming'))).toEqual([])
    await store.remove(digest)
    expect(await store.has(digest)).toBe(false)
    expect(await store.path(digest)).toBeUndefined()
    expect(announced.at(-1)).toEqual([])
  })

  it('finds its blobs again after a restart, and nothing half written', async () => {
    const first = await openStore(ADA)
    const digest = await first.add(inPieces(CONTENT))
    await first.stop()
    await writeFile(join(root, 'aaaa', 'incoming', 'torn'), 'half')
    const second = await openStore(ADA)
    expect(await second.list()).toEqual([{ digest, sizeBytes: CONTENT.length }])
    expect(await readdir(join(root, 'aaaa', 'incoming'))).toEqual([])
  })

  it('keeps nothing of content that breaks off or is too large', async () => {
    const store = await openStore(ADA, { blobBytesMax: 100_000 })
    await expect(store.add(inPieces(CONTENT))).rejects.toMatchObject({ code: 'TOO_LARGE' })
    const broken = async function* () {
      yield CONTENT.subarray(0, 50)
      throw new Error('the door was closed')
    }
    await expect(store.add(broken())).rejects.toThrow('the door was closed')
    expect(await store.list()).toEqual([])
    expect(await readdir(join(root, 'aaaa', 'incoming'))).toEqual([])
  })

  it('stops at the space set aside for it, and keeps what it has', async () => {
    const store = await openStore(ADA, { storeBytesMax: 400_000 })
    const digest = await store.add(inPieces(CONTENT))
    const more = store.add(inPieces(randomBytes(200_000)))
    await expect(more).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(await store.list()).toEqual([{ digest, sizeBytes: CONTENT.length }])
  })

  it.skipIf(!MAY_MOUNT)(
    'says when the disk is full [root only], and keeps what it has',
    async () => {
      const folder = join(root, 'small')
      await mkdir(folder)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder])
      try {
        const store = await openStore(ADA, { folder })
        const digest = await store.add(inPieces(CONTENT))
        const attempt = store.add(inPieces(randomBytes(4_000_000)))
        await expect(attempt).rejects.toMatchObject({ code: 'DISK_FULL' })
        expect(await store.list()).toEqual([{ digest, sizeBytes: CONTENT.length }])
        expect(await readdir(join(folder, 'incoming'))).toEqual([])
        expect(await readFile((await store.path(digest)) ?? '')).toEqual(CONTENT)
      } finally {
        execFileSync('umount', [folder])
      }
    },
  )
})

describe('a fetch', () => {
  it('brings a blob from a peer that holds it, with progress', async () => {
    const ada = await openStore(ADA)
    const ben = await openStore(BEN)
    const digest = await ada.add(inPieces(CONTENT))
    holders = [ADA]
    const seen: FetchProgress[] = []
    const file = await ben.fetch(digest, { onProgress: (progress) => seen.push(progress) })
    expect(await readFile(file)).toEqual(CONTENT)
    expect(seen.at(-1)).toEqual({
      receivedBytes: CONTENT.length,
      totalBytes: CONTENT.length,
      from: 'aaaaaaaa',
    })
    expect(announced.at(-1)).toEqual([digest])
    expect(await ben.fetch(digest)).toBe(file)
  })

  it('goes on with the next peer where one breaks off', async () => {
    const ada = await openStore(ADA)
    const ben = await openStore(BEN)
    const digest = await ada.add(inPieces(CONTENT))
    peer(CLEO, async (stream) => {
      await stream.write(head(CONTENT.length))
      await stream.write(CONTENT.subarray(0, 200_000))
      await stream.closeWrite()
    })
    holders = [CLEO, ADA]
    const from: FetchProgress[] = []
    await ben.fetch(digest, { onProgress: (progress) => from.push(progress) })
    const [resumed] = from.filter((progress) => progress.from === 'aaaaaaaa')
    expect(resumed?.receivedBytes).toBeGreaterThan(200_000)
  })

  it('goes on with what an earlier fetch had received', async () => {
    const ben = await openStore(BEN)
    const digest = digestOf(CONTENT)
    const offsets: number[] = []
    peer(CLEO, async (stream, { offset }) => {
      offsets.push(offset)
      await stream.write(head(CONTENT.length))
      await stream.write(CONTENT.subarray(offset, offset + 200_000))
      await stream.closeWrite()
    })
    holders = [CLEO]
    await expect(ben.fetch(digest)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
    expect(await ben.has(digest)).toBe(false)
    expect(await readFile(await ben.fetch(digest))).toEqual(CONTENT)
    expect(offsets).toEqual([0, 200_000])
  })

  it('drops what does not match and takes it from an honest peer', async () => {
    const ada = await openStore(ADA)
    const ben = await openStore(BEN)
    const digest = await ada.add(inPieces(CONTENT))
    peer(CLEO, async (stream) => {
      await stream.write(head(CONTENT.length))
      await stream.write(randomBytes(CONTENT.length))
      await stream.closeWrite()
    })
    holders = [CLEO]
    await expect(ben.fetch(digest)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    expect(await ben.list()).toEqual([])
    holders = [CLEO, ADA]
    expect(await readFile(await ben.fetch(digest))).toEqual(CONTENT)
  })

  it('is not kept away by a liar whose bytes an honest peer went on from', async () => {
    const ada = await openStore(ADA)
    const ben = await openStore(BEN)
    const digest = await ada.add(inPieces(CONTENT))
    for (const lie of [CONTENT.length, 10 * CONTENT.length]) {
      await ben.remove(digest)
      peer(CLEO, async (stream) => {
        await stream.write(head(lie))
        await stream.write(randomBytes(Math.min(lie, 2 * CONTENT.length) - 10))
        await stream.closeWrite()
      })
      holders = [CLEO, ADA]
      expect(await readFile(await ben.fetch(digest)), `lie of ${lie} bytes`).toEqual(CONTENT)
    }
  })

  it('asks the next peer when one has nothing, is busy, talks nonsense or sends too much', async () => {
    const ada = await openStore(ADA)
    const ben = await openStore(BEN, { blobBytesMax: 1_000_000 })
    const digest = await ada.add(inPieces(CONTENT))
    const answers: Uint8Array[][] = [
      [framed(encode({ status: 'absent' }))],
      [framed(encode({ status: 'busy' }))],
      [framed(encode({ status: 'ok' }))],
      [framed(randomBytes(20))],
      [Uint8Array.of(255, 255, 255, 255)],
      [head(10 ** 12), CONTENT],
      [head(10), CONTENT],
      [],
    ]
    const liars = answers.map((_, at) => idOf(String(at)))
    for (const [at, chunks] of answers.entries()) {
      peer(liars[at] ?? CLEO, async (stream) => {
        for (const chunk of chunks) await stream.write(chunk)
        await stream.closeWrite()
      })
    }
    holders = [...liars, idOf('9'), ADA]
    expect(await readFile(await ben.fetch(digest))).toEqual(CONTENT)
  })

  it('is one transfer for all who wait, and ends when the last of them has gone', async () => {
    const ben = await openStore(BEN)
    let asked = 0
    let ended = 0
    peer(CLEO, async (stream) => {
      asked++
      await stream.write(head(CONTENT.length))
      try {
        for (;;) await stream.write(new Uint8Array(100))
      } catch {
        ended++
      }
    })
    holders = [CLEO]
    const one = new AbortController()
    const two = new AbortController()
    const waits = [one, two].map(({ signal }) => ben.fetch(digestOf(CONTENT), { signal }))
    const outcomes = Promise.allSettled(waits)
    await wait(() => asked === 1)
    one.abort(new Error('first gone'))
    await expect(waits[0]).rejects.toThrow('first gone')
    expect(ended).toBe(0)
    two.abort(new Error('second gone'))
    await outcomes
    await wait(() => ended === 1)
    expect(asked).toBe(1)
  })

  it('says plainly that nobody holds it', async () => {
    const ben = await openStore(BEN)
    await expect(ben.fetch(digestOf(CONTENT))).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
  })
})

async function wait(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('the condition did not come true in time')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
