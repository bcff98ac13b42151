/** Long, since stores and peers set up once serve every way that a blob and a transfer may go. */
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clock, createSystemClock, sleep } from '../../base/clock/index.ts'
import { encode } from '../../base/codec/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import {
  createSimNetwork,
  framed,
  type NetStream,
  type NodeId,
  type SimNetwork,
} from '../../base/net/index.ts'
import { createSystemRandom } from '../../base/random/index.ts'
import { PIECE_BYTES, PIECES_MAX } from '../pieces/index.ts'
import {
  type BlobOptions,
  type BlobStore,
  createBlobStore,
  type Digest,
  type FetchProgress,
} from './index.ts'
import { GATHER_MS, STALL_MS } from './limits.ts'
import { frameReply } from './messages.ts'
import { givePieces, rootOf } from './testing/giving.ts'

const idOf = (digit: string): NodeId => digit.repeat(64) as NodeId
const [ADA, BEN, CLEO, DORA] = [idOf('a'), idOf('b'), idOf('c'), idOf('d')]
const digestOf = (bytes: Uint8Array): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest

const MAY_MOUNT = process.platform === 'linux' && process.getuid?.() === 0

let root: string
let network: SimNetwork
let holders: NodeId[]
let announced: (readonly Digest[])[]
let makeRoom: () => Promise<boolean>
const stores: BlobStore[] = []

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'mycelium-blobs-test-'))
  network = createSimNetwork({ clock: createSystemClock(), random: createSystemRandom() })
  holders = []
  announced = []
  makeRoom = async () => false
})
afterEach(async () => {
  for (const store of stores.splice(0)) await store.stop()
  await rm(root, { recursive: true, force: true })
})

async function openStore(
  node: NodeId,
  {
    clock = createSystemClock(),
    ...options
  }: BlobOptions & { folder?: string; clock?: Clock } = {},
) {
  const store = createBlobStore(
    {
      folder: options.folder ?? join(root, node.slice(0, 4)),
      net: network.node(node),
      clock,
      random: createSystemRandom(),
      logger: createSilentLogger(),
      holders: () => holders,
      announce: (digests) => announced.push(digests),
      makeRoom: () => makeRoom(),
    },
    options,
  )
  stores.push(store)
  await store.start()
  return store
}

/** So that what waits for seconds need not. */
function fasterBy(times: number): Clock {
  const clock = createSystemClock()
  return {
    wallMs: clock.wallMs,
    monotonicMs: () => clock.monotonicMs() * times,
    uptimeMs: () => clock.uptimeMs() * times,
    timer: (delayMs, fn) => clock.timer(delayMs / times, fn),
  }
}

async function* inPieces(bytes: Uint8Array, size = 100_000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const CONTENT = randomBytes(3.5 * PIECE_BYTES)

describe('the blob store', () => {
  it('keeps what it was given under its digest, once, and tells the network', async () => {
    const store = await openStore(ADA)
    const digest = await store.add(inPieces(CONTENT))
    expect(digest).toBe(digestOf(CONTENT))
    expect(await store.add(inPieces(CONTENT, 9_973))).toBe(digest)
    expect(await store.list()).toMatchObject([{ digest, sizeBytes: CONTENT.length }])
    expect(digestOf(await readFile((await store.path(digest)) ?? ''))).toBe(digestOf(CONTENT))
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
    expect(await second.list()).toMatchObject([{ digest, sizeBytes: CONTENT.length }])
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
    const store = await openStore(ADA, { storeBytesMax: 4 * PIECE_BYTES })
    const digest = await store.add(inPieces(CONTENT))
    const more = store.add(inPieces(randomBytes(PIECE_BYTES)))
    await expect(more).rejects.toMatchObject({ code: 'DISK_FULL' })
    await expect(more).rejects.toThrow(/reclaim.*bundle unpublish DIGEST/)
    expect(await store.list()).toMatchObject([{ digest, sizeBytes: CONTENT.length }])
  })

  it.skipIf(!MAY_MOUNT)(
    'says when the disk is full [root only], and keeps what it has',
    async () => {
      const folder = join(root, 'small')
      await mkdir(folder)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder])
      try {
        const store = await openStore(ADA, { folder, freeBytesMin: 0 })
        const digest = await store.add(inPieces(CONTENT))
        const attempt = store.add(inPieces(randomBytes(6 * PIECE_BYTES)))
        await expect(attempt).rejects.toMatchObject({ code: 'DISK_FULL' })
        expect(await store.list()).toMatchObject([{ digest, sizeBytes: CONTENT.length }])
        expect(await readdir(join(folder, 'incoming'))).toEqual([])
        expect(digestOf(await readFile((await store.path(digest)) ?? ''))).toBe(digestOf(CONTENT))
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
    expect(digestOf(await readFile(file))).toBe(digestOf(CONTENT))
    const totals = { receivedBytes: CONTENT.length, totalBytes: CONTENT.length }
    expect(seen.at(-1)).toEqual({ ...totals, from: 'aaaaaaaa' })
    expect(announced.at(-1)).toEqual([digest])
    expect(await ben.fetch(digest)).toBe(file)
    expect(await readdir(join(root, 'bbbb', 'partial'))).toEqual([])
  })

  it('brings what has no byte, what is one piece to the byte, and what shrinks on the way', async () => {
    const ada = await openStore(ADA)
    const ben = await openStore(BEN)
    holders = [ADA]
    for (const content of [
      Buffer.alloc(0),
      randomBytes(PIECE_BYTES),
      Buffer.alloc(2 * PIECE_BYTES + 1, 'much the same '),
    ]) {
      const digest = await ada.add(inPieces(content))
      expect(digestOf(await readFile(await ben.fetch(digest)))).toBe(digestOf(content))
    }
  })

  it('takes pieces from several peers at once', async () => {
    const ben = await openStore(BEN)
    const given = [ADA, CLEO].map((id) => givePieces(network.node(id), CONTENT))
    holders = [ADA, CLEO]
    const seen: FetchProgress[] = []
    const progress = { onProgress: (one: FetchProgress) => seen.push(one) }
    expect(digestOf(await readFile(await ben.fetch(digestOf(CONTENT), progress)))).toBe(
      digestOf(CONTENT),
    )
    for (const { gave } of given) expect(gave.length).toBeGreaterThan(0)
    expect(seen.at(-1)?.from.split(', ').sort()).toEqual(['aaaaaaaa', 'cccccccc'])
  })

  it('finds who fetches the same by who serves both, and takes from there', async () => {
    const ben = await openStore(BEN)
    const dora = await openStore(DORA)
    // Ada gives every piece once: only together have the two all of them.
    const ada = givePieces(network.node(ADA), CONTENT, { once: true, introduce: true })
    holders = [ADA]
    const digest = digestOf(CONTENT)
    const files = await Promise.all([ben.fetch(digest), dora.fetch(digest)])
    for (const file of files) expect(digestOf(await readFile(file))).toBe(digestOf(CONTENT))
    expect(ada.gave.toSorted()).toEqual([0, 1, 2, 3])
  })

  it('goes on with the next peer where one breaks off', async () => {
    const ada = await openStore(ADA)
    const ben = await openStore(BEN)
    const digest = await ada.add(inPieces(CONTENT))
    const cleo = givePieces(network.node(CLEO), CONTENT, { breaksOffAfter: 1 })
    holders = [CLEO, ADA]
    expect(digestOf(await readFile(await ben.fetch(digest)))).toBe(digestOf(CONTENT))
    expect(cleo.gave.length).toBeGreaterThan(0)
  })

  it('goes on with what an earlier fetch had received, though a crash tore it', async () => {
    const ben = await openStore(BEN)
    const digest = digestOf(CONTENT)
    const cleo = givePieces(network.node(CLEO), CONTENT, { breaksOffAfter: 2, answersMax: 1 })
    holders = [CLEO]
    await expect(ben.fetch(digest)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
    expect(await ben.has(digest)).toBe(false)
    await ben.stop()
    const [first = 0] = cleo.gave
    const partial = join(root, 'bbbb', 'partial', digest.slice('sha256:'.length))
    const torn = await readFile(partial)
    torn.fill(0, first * PIECE_BYTES, first * PIECE_BYTES + 5)
    await writeFile(partial, torn)

    const again = await openStore(BEN)
    const ada = givePieces(network.node(ADA), CONTENT)
    holders = [ADA]
    expect(digestOf(await readFile(await again.fetch(digest)))).toBe(digestOf(CONTENT))
    const [, second] = cleo.gave
    expect(ada.gave).toContain(first)
    expect(ada.gave).not.toContain(second)
  })

  it('brings a layer again that power loss tore after it was whole, and takes it in again', async () => {
    const ada = await openStore(ADA)
    const digest = await ada.add(inPieces(CONTENT), { kind: 'layer' })
    holders = [ADA]
    const tear = async (node: NodeId, file: string) => {
      for (const store of stores.splice(0)) if (store !== ada) await store.stop()
      await writeFile(file, CONTENT.subarray(0, PIECE_BYTES))
      return openStore(node)
    }
    const ben = await openStore(BEN)
    const file = await ben.fetch(digest, { kind: 'layer' })
    const again = await tear(BEN, file)
    const files = await Promise.all([1, 2].map(() => again.fetch(digest, { kind: 'layer' })))
    for (const each of files) expect(digestOf(await readFile(each))).toBe(digest)

    const third = await tear(BEN, file)
    await third.add(inPieces(CONTENT), { kind: 'layer' })
    expect(digestOf(await readFile(file))).toBe(digest)
    await ada.stop()
  })

  it('passes over who sends a wrong piece, and remembers it', async () => {
    const ada = await openStore(ADA)
    const ben = await openStore(BEN)
    const digest = await ada.add(inPieces(CONTENT))
    const cleo = givePieces(network.node(CLEO), CONTENT, { lies: 'piece' })
    holders = [CLEO]
    await expect(ben.fetch(digest)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    expect(await ben.list()).toEqual([])
    const asked = cleo.asked()
    holders = [CLEO, ADA]
    expect(digestOf(await readFile(await ben.fetch(digest)))).toBe(digestOf(CONTENT))
    expect(cleo.asked()).toBe(asked)
  })

  it('is not kept away by liars who outvote the honest with a list of their own', async () => {
    const ada = await openStore(ADA)
    const ben = await openStore(BEN)
    const digest = await ada.add(inPieces(CONTENT))
    const rubbish = [randomBytes(CONTENT.length), randomBytes(PIECE_BYTES + 1)]
    const liars = ['4', '5', '6'].map((digit) => idOf(digit))
    for (const [at, id] of liars.entries()) {
      givePieces(network.node(id), rubbish[at % 2] ?? CONTENT, { as: digest })
    }
    holders = [...liars, ADA]
    expect(digestOf(await readFile(await ben.fetch(digest)))).toBe(digestOf(CONTENT))
  })

  it('convicts who passes pieces on by a false list, where nobody stands for it', async () => {
    const ben = await openStore(BEN)
    const digest = digestOf(CONTENT)
    const liar = givePieces(network.node(CLEO), randomBytes(100), { as: digest, partial: true })
    holders = [CLEO]
    await expect(ben.fetch(digest)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    expect(liar.asked()).toBe(1)
    await expect(ben.fetch(digest)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    expect(liar.asked()).toBe(1)
  })

  it('is not held up by a list that somebody sends little of, nor the next one', async () => {
    const clock = fasterBy(40)
    const ben = await openStore(BEN, { clock })
    const digest = digestOf(CONTENT)
    const rubbish = randomBytes(40 * PIECE_BYTES)
    const dripping = { as: digest, beforePiece: () => sleep(clock, 25_000) }
    const liar = givePieces(network.node(CLEO), rubbish, dripping)
    givePieces(network.node(ADA), CONTENT, { beforeOffer: () => sleep(clock, 2 * GATHER_MS) })
    holders = [CLEO, ADA]
    expect(digestOf(await readFile(await ben.fetch(digest)))).toBe(digest)
    expect(liar.gave.length).toBeLessThan(10)
    // It was not blamed, but does not come first any more.
    const wanted = liar.wanted.length
    await ben.remove(digest)
    expect(digestOf(await readFile(await ben.fetch(digest)))).toBe(digest)
    expect(liar.wanted.length).toBe(wanted)
  })

  it('goes on with another list where the one it went by leads nowhere', async () => {
    const clock = fasterBy(40)
    const ben = await openStore(BEN, { clock })
    const digest = digestOf(CONTENT)
    const how = { as: digest, withholds: 'pieces' } as const
    givePieces(network.node(CLEO), randomBytes(9 * PIECE_BYTES), how)
    const honest = { beforeOffer: () => sleep(clock, 2 * GATHER_MS) }
    givePieces(network.node(ADA), CONTENT, honest)
    holders = [CLEO, ADA]
    expect(digestOf(await readFile(await ben.fetch(digest)))).toBe(digest)
  })

  it('waits for a slow line that is all there is, and comes back to one that others put aside', async () => {
    const clock = fasterBy(40)
    const slow = randomBytes(8 * PIECE_BYTES)
    const digest = digestOf(slow)
    const dripping = { beforePiece: () => sleep(clock, 25_000) }
    const ada = givePieces(network.node(ADA), slow, dripping)
    holders = [ADA]
    const ben = await openStore(BEN, { clock })
    expect(digestOf(await readFile(await ben.fetch(digest)))).toBe(digest)
    expect(ada.asked()).toBe(1)
    givePieces(network.node(CLEO), randomBytes(40 * PIECE_BYTES), {
      ...{ as: digest, beforePiece: () => sleep(clock, 45_000) },
    })
    holders = [ADA, CLEO]
    const dora = await openStore(DORA, { clock })
    expect(digestOf(await readFile(await dora.fetch(digest)))).toBe(digest)
    expect(ada.asked()).toBeGreaterThan(2)
  }, 30_000)

  it('says so where little comes and there are others to turn to, and goes on where it was', async () => {
    const clock = fasterBy(40)
    const ben = await openStore(BEN, { clock })
    const slow = randomBytes(8 * PIECE_BYTES)
    const ada = givePieces(network.node(ADA), slow, { beforePiece: () => sleep(clock, 25_000) })
    holders = [ADA]
    const fetch = () => ben.fetch(digestOf(slow), { elsewhere: true })
    await expect(fetch()).rejects.toMatchObject({ code: 'BLOB_SLOW' })
    const gave = ada.gave.length
    expect(gave).toBeGreaterThan(2)
    expect(digestOf(await readFile(await fetch()))).toBe(digestOf(slow))
    expect(ada.gave.length).toBeLessThan(8 + gave)
  })

  it('puts aside who gives no list, for the whole of the transfer', async () => {
    const clock = fasterBy(5)
    const ben = await openStore(BEN, { clock })
    const mean = givePieces(network.node(CLEO), CONTENT, { withholds: 'list' })
    const honest = { beforeOffer: () => sleep(clock, GATHER_MS / 2) }
    givePieces(network.node(ADA), CONTENT, honest)
    holders = [CLEO, ADA]
    const startMs = clock.monotonicMs()
    expect(digestOf(await readFile(await ben.fetch(digestOf(CONTENT))))).toBe(digestOf(CONTENT))
    expect(clock.monotonicMs() - startMs).toBeLessThan(STALL_MS)
    expect(mean.asked()).toBe(1)
    expect(mean.gave).toEqual([])
  })

  it('ends with who tells of more gains than a blob can have pieces, without a list', async () => {
    const ben = await openStore(BEN)
    const indexes = Array.from({ length: PIECES_MAX }, (_, index) => index)
    const frame = frameReply({ type: 'gained', indexes })
    const flood = async (stream: NetStream) => {
      for (;;) await stream.write(frame)
    }
    const mean = givePieces(network.node(CLEO), CONTENT, {
      withholds: 'list',
      afterOffer: (stream) => void flood(stream).catch(() => {}),
    })
    holders = [CLEO]
    const fetched = ben.fetch(digestOf(CONTENT))
    await expect(fetched).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
    expect(mean.ended()).toBe(1)
  }, 9_000)

  it('goes by the list of who has all of it, though that one answers later', async () => {
    const ben = await openStore(BEN)
    const digest = digestOf(CONTENT)
    const liar = givePieces(network.node(CLEO), randomBytes(100), { as: digest, partial: true })
    const clock = createSystemClock()
    givePieces(network.node(ADA), CONTENT, { beforeOffer: () => sleep(clock, 2 * GATHER_MS) })
    holders = [CLEO, ADA]
    expect(digestOf(await readFile(await ben.fetch(digest)))).toBe(digest)
    expect(liar.gave).toEqual([])
  })

  it('says that there is no room where that is why nobody can give it, and makes some', async () => {
    const ada = await openStore(ADA)
    const digest = await ada.add(inPieces(CONTENT))
    holders = [ADA]
    const ben = await openStore(BEN, { storeBytesMax: 5 * PIECE_BYTES })
    const other = await ben.add(inPieces(randomBytes(2 * PIECE_BYTES)))
    await expect(ben.fetch(digest)).rejects.toMatchObject({ code: 'DISK_FULL' })
    const tooLarge = ben.fetch(digest, { bytesMax: PIECE_BYTES })
    await expect(tooLarge).rejects.toMatchObject({ code: 'TOO_LARGE' })
    makeRoom = async () => {
      await ben.remove(other)
      return true
    }
    expect(digestOf(await readFile(await ben.fetch(digest)))).toBe(digest)
  })

  it('begins anew where the one before is just being given up', async () => {
    const ada = await openStore(ADA)
    const digest = await ada.add(inPieces(CONTENT))
    const ben = await openStore(BEN)
    const cleo = givePieces(network.node(CLEO), CONTENT, { withholds: 'pieces' })
    holders = [CLEO]
    const gone = new AbortController()
    const first = ben.fetch(digest, { signal: gone.signal })
    first.catch(() => {})
    await wait(() => cleo.wanted.length > 0)
    gone.abort(new Error('not wanted'))
    await expect(first).rejects.toThrow('not wanted')
    holders = [ADA]
    expect(digestOf(await readFile(await ben.fetch(digest)))).toBe(digest)
  })

  it('fetches again what has gone from the disk', async () => {
    const ada = await openStore(ADA)
    const digest = await ada.add(inPieces(CONTENT))
    holders = [ADA]
    const ben = await openStore(BEN)
    await rm(await ben.fetch(digest))
    expect(digestOf(await readFile(await ben.fetch(digest)))).toBe(digest)
  })

  it('asks others when one has nothing, talks nonsense or sends what was not asked for', async () => {
    const ada = await openStore(ADA)
    const ben = await openStore(BEN, { blobBytesMax: 10 * PIECE_BYTES })
    const digest = await ada.add(inPieces(CONTENT))
    const ok = { status: 'ok', root: rootOf(CONTENT), sizeBytes: CONTENT.length }
    const answers: Uint8Array[][] = [
      [framed(encode({ status: 'absent' }))],
      [framed(encode({ status: 'ok' }))],
      [framed(randomBytes(20))],
      [Uint8Array.of(255, 255, 255, 255)],
      [framed(encode({ ...ok, sizeBytes: 10 ** 12 }))],
      [framed(encode({ ...ok, has: Uint8Array.of(255) }))],
      [framed(encode(ok)), framed(Uint8Array.of(9)), framed(Uint8Array.of(1, 0, 0))],
      [framed(encode(ok)), framed(Uint8Array.of(2, 0, 0, 0, 0, 1, 2, 3))],
      [],
    ]
    const liars = answers.map((_, at) => idOf(String(at)))
    for (const [at, chunks] of answers.entries()) {
      network.node(liars[at] ?? CLEO).onStream('pieces/1', (stream) => {
        void (async () => {
          for (const chunk of chunks) await stream.write(chunk)
          await stream.closeWrite()
        })().catch(() => {})
      })
    }
    holders = [...liars, idOf('9'), ADA]
    expect(digestOf(await readFile(await ben.fetch(digest)))).toBe(digestOf(CONTENT))
  })

  it('is one transfer for all who wait, and ends when the last of them has gone', async () => {
    const ben = await openStore(BEN)
    const cleo = givePieces(network.node(CLEO), CONTENT, { mute: true })
    holders = [CLEO]
    const one = new AbortController()
    const two = new AbortController()
    const waits = [one, two].map(({ signal }) => ben.fetch(digestOf(CONTENT), { signal }))
    const outcomes = Promise.allSettled(waits)
    await wait(() => cleo.asked() === 1)
    one.abort(new Error('first gone'))
    await expect(waits[0]).rejects.toThrow('first gone')
    expect(cleo.ended()).toBe(0)
    two.abort(new Error('second gone'))
    await outcomes
    await wait(() => cleo.ended() === 1)
    expect(cleo.asked()).toBe(1)
  })

  it('says plainly that nobody holds it', async () => {
    const ben = await openStore(BEN)
    await expect(ben.fetch(digestOf(CONTENT))).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
  })
})

describe('a holder', () => {
  it('whose file has gone is none any more', async () => {
    const ada = await openStore(ADA)
    const digest = await ada.add(inPieces(CONTENT))
    await rm((await ada.path(digest)) ?? '')
    holders = [ADA]
    const ben = await openStore(BEN)
    await expect(ben.fetch(digest)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
    expect(await ada.has(digest)).toBe(false)
  })

  it('whose file has gone since the start is none either', async () => {
    const before = await openStore(ADA)
    const digest = await before.add(inPieces(CONTENT))
    await before.stop()
    const ada = await openStore(ADA)
    await rm((await ada.path(digest)) ?? '')
    holders = [ADA]
    const ben = await openStore(BEN)
    await expect(ben.fetch(digest)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
    expect(await ada.has(digest)).toBe(false)
  })

  it('whose disk wore out sends nothing wrong, drops what it has, and is no liar', async () => {
    const ada = await openStore(ADA)
    const ben = await openStore(BEN)
    const digest = await ada.add(inPieces(CONTENT))
    const file = (await ada.path(digest)) ?? ''
    const worn = await readFile(file)
    worn[PIECE_BYTES + 5] = (worn[PIECE_BYTES + 5] ?? 0) ^ 1
    await writeFile(file, worn)
    holders = [ADA]
    await expect(ben.fetch(digest)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
    expect(await ada.has(digest)).toBe(false)
    const other = await ada.add(inPieces(CONTENT.subarray(5)))
    expect(digestOf(await readFile(await ben.fetch(other)))).toBe(digestOf(CONTENT.subarray(5)))
  })

  it('has who asks too early wait for what is about to be added, and no longer', async () => {
    const ada = await openStore(ADA)
    const ben = await openStore(BEN)
    const here = await ada.add(inPieces(CONTENT))
    holders = [ADA]
    const noMore = ada.expectMore()
    const [later, never] = [CONTENT.subarray(1), CONTENT.subarray(2)]
    const early = ben.fetch(digestOf(later))
    const vain = ben.fetch(digestOf(never))
    vain.catch(() => {})
    // Ada has been asked for both by the time that it has given a third.
    await ben.fetch(here)
    await ada.add(inPieces(later))
    expect(digestOf(await readFile(await early))).toBe(digestOf(later))
    noMore()
    await expect(vain).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' })
  })

  it('ends a stream that asks for too much at a time', async () => {
    const ada = await openStore(ADA)
    const digest = await ada.add(inPieces(CONTENT))
    const stream = await network.node(BEN).openStream(ADA, 'pieces/1')
    await stream.write(framed(encode({ digest })))
    const many = Array.from({ length: 200 }, () => framed(Uint8Array.of(1, 0, 0, 0, 0)))
    await stream.write(Buffer.concat(many)).catch(() => {})
    const all = async (): Promise<void> => {
      for await (const _ of stream);
    }
    await expect(all()).rejects.toThrow()
  })
})

async function wait(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('the condition did not come true in time')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
