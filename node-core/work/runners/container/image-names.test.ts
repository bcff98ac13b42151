/** What a name of an image means, and from whom it comes: an engine, a registry and members in memory. */
import { describe, expect, it } from 'vitest'
import { createSystemClock } from '../../../base/clock/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import { createSilentLogger } from '../../../base/log/index.ts'
import { createSimNetwork, type NodeId } from '../../../base/net/index.ts'
import { createSystemRandom } from '../../../base/random/index.ts'
import type { OwnerId } from '../../../identity/index.ts'
import { createFetchedBook } from './fetched-images.ts'
import { encodeMessage, HAVE_PROTOCOL, OFFER_PROTOCOL } from './image-messages.ts'
import { createImages } from './images.ts'

const idOf = (digit: string): NodeId => digit.repeat(64) as NodeId
const [SELF, OWN, ADMIN, BEN, EVE] = ['0', '1', '2', 'b', 'e'].map(idOf) as [
  NodeId,
  NodeId,
  NodeId,
  NodeId,
  NodeId,
]
const [ADA, DORA] = ['a', 'd'].map((digit) => digit.repeat(64)) as [OwnerId, OwnerId]
const image = (digit: string): string => `sha256:${digit.repeat(64)}`
const [RIGHT, WRONG, PUBLISHED] = ['a', 'b', 'c'].map(image) as [string, string, string]
const NAME = 'postgres:16'

/** A list: one for each time that it is asked; after them it gives what was asked for. */
type Code = 'BLOB_NOT_FOUND' | 'BLOB_SLOW' | 'DIGEST_MISMATCH' | 'DISK_FULL'

interface House {
  /** By member, what it says that the name means. */
  members?: Partial<Record<NodeId, string>>
  /** Members who say that theirs is taken apart. */
  ready?: NodeId[]
  registry?: boolean
  /** What comes of what somebody gives; nothing: it is what was asked for. */
  gives?: Partial<Record<NodeId, Code | Code[]>>
}

/** A node whose engine is empty. */
async function house({ members = {}, ready = [], registry = false, gives = {} }: House) {
  const clock = createSystemClock()
  const net = createSimNetwork({ clock, random: createSystemRandom() })
  const self = net.node(SELF)
  const others = Object.entries(members) as [NodeId, string][]
  for (const [id, imageId] of others) {
    const node = net.node(id)
    const answer = { imageId, exposes: [], ready: ready.includes(id) }
    node.onRequest(HAVE_PROTOCOL, () => encodeMessage(answer))
    node.onRequest(OFFER_PROTOCOL, () => encodeMessage({ status: 'ready', sizes: {} }))
  }
  await expect.poll(() => self.peers().length).toBe(others.length)

  const there = new Map<string, string[]>()
  const [asked, pulled]: [NodeId[][], string[]] = [[], []]
  const engine = {
    images: async () => [...there].map(([id, tags]) => ({ id, tags, sizeBytes: 1 })),
    async image(reference: string) {
      const found = [...there].find(([id, tags]) => id === reference || tags.includes(reference))
      return found && { id: found[0], tags: found[1], sizeBytes: 1, exposes: [] }
    },
    async pull(reference: string) {
      pulled.push(reference)
      if (!registry) throw new Error('no such host')
      there.set(PUBLISHED, [reference])
      return (async function* () {})()
    },
    async nameImage() {},
    imageSizes: async () => new Map<string, number>(),
    removeImage: async (id: string) => there.delete(id),
  }
  const fetch = async ({ imageId, from }: { imageId: string; from: readonly NodeId[] }) => {
    asked.push([...from])
    const [code] = from.flatMap((one) => {
      const given = gives[one]
      return (Array.isArray(given) ? given.shift() : given) ?? []
    })
    if (code) throw new MyceliumError(code, 'It did not come.')
    there.set(imageId, [])
  }
  const book = createFetchedBook(
    engine,
    { read: async () => undefined, write: async () => true },
    clock,
  )
  const vouches = (node: NodeId, owner: OwnerId): boolean =>
    node === ADMIN || (node === OWN && owner === ADA)
  const deps = { net: self, clock, logger: createSilentLogger(), owner: ADA, vouches }
  const images = createImages(deps, engine, { fetch }, book)
  const ensure = (source: { imageId?: string } = {}, owner = ADA): Promise<string> =>
    images.ensure(
      { image: NAME, ...source },
      {
        ...{ owner, signal: AbortSignal.timeout(20_000), onProgress() {} },
      },
    )
  return { images, ensure, asked, pulled, book, there }
}

it('lists every image but the empty one that nodes make for themselves', async () => {
  const { images, there } = await house({})
  there.set(RIGHT, [NAME]).set(WRONG, ['mycelium-empty:1']).set(PUBLISHED, [])
  expect((await images.list()).map(({ id }) => id)).toEqual([RIGHT, PUBLISHED])
})

describe('what a name means at a deploy', () => {
  it('is not for any member to say', async () => {
    const { images } = await house({ members: { [EVE]: WRONG } })
    expect(await images.resolve(NAME)).toBeUndefined()
  })

  it.each([OWN, ADMIN])('is what a node of the owner or of an admin has: %s', async (node) => {
    const { images } = await house({ members: { [EVE]: WRONG, [node]: RIGHT } })
    expect(await images.resolve(NAME)).toMatchObject({ imageId: RIGHT })
  })
})

describe('a name without an id', () => {
  it('means what a node of its owner has, whatever others say', async () => {
    const { ensure, asked, pulled } = await house({ members: { [EVE]: WRONG, [OWN]: RIGHT } })
    expect(await ensure()).toBe(RIGHT)
    expect(asked).toEqual([[OWN]])
    expect(pulled).toEqual([])
  })

  it('means what a registry has, if none of those has it', async () => {
    const members = { [EVE]: WRONG, [OWN]: RIGHT }
    const { ensure, asked } = await house({ members, registry: true })
    expect(await ensure({}, DORA)).toBe(PUBLISHED)
    expect(asked).toEqual([])
  })

  it('means what others have where they agree, and no registry says anything', async () => {
    const { ensure, pulled } = await house({ members: { [BEN]: RIGHT, [EVE]: RIGHT } })
    expect(await ensure()).toBe(RIGHT)
    expect(pulled).toEqual([NAME])
  })

  it('means nothing where others do not agree', async () => {
    const { ensure, asked } = await house({ members: { [BEN]: RIGHT, [EVE]: WRONG } })
    await expect(ensure()).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
    expect(asked).toEqual([])
  })

  it('is not asked for again where it has come, by the same owner', async () => {
    const { ensure, asked, pulled, book } = await house({ members: { [OWN]: RIGHT } })
    await ensure()
    expect(await ensure()).toBe(RIGHT)
    expect(asked).toHaveLength(1)
    expect(await book.list()).toMatchObject([{ id: RIGHT, name: NAME, names: [NAME] }])
    // What somebody else's work was told is nothing to this one's.
    expect(pulled).toEqual([])
    expect(await ensure({}, DORA)).toBe(RIGHT)
    expect(pulled).toEqual([NAME])
    // The engine has it by its id, and is not given it again.
    expect(asked).toHaveLength(1)
  })
})

describe('an image of several holders', () => {
  const fixed = { imageId: RIGHT }
  const members = { [EVE]: RIGHT, [BEN]: RIGHT }

  it.each(['BLOB_NOT_FOUND', 'BLOB_SLOW', 'DIGEST_MISMATCH'] as const)(
    'comes from the next where one fails: %s',
    async (code) => {
      const { ensure, asked, pulled } = await house({
        members,
        gives: { [BEN]: code },
      })
      expect(await ensure(fixed)).toBe(RIGHT)
      expect(asked).toEqual([[BEN], [EVE]])
      expect(pulled).toEqual([])
    },
  )

  it('is asked of the registry when all fail, and it is said that what came was wrong', async () => {
    const gives = { [EVE]: 'DIGEST_MISMATCH', [BEN]: 'BLOB_NOT_FOUND' } as const
    const { ensure, pulled } = await house({ members, gives })
    await expect(ensure(fixed)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
    expect(pulled).toEqual([NAME])
  })

  it('comes not only from a stranger that says it is ready', async () => {
    const all = { ...members, [OWN]: RIGHT }
    const strangers = await house({ members, ready: [EVE] })
    await strangers.ensure(fixed)
    expect(strangers.asked).toEqual([[EVE, BEN]])
    const own = await house({ members: all, ready: [EVE] })
    await own.ensure(fixed)
    expect(own.asked).toEqual([[EVE, OWN]])
    const believed = await house({ members: all, ready: [EVE, OWN] })
    await believed.ensure(fixed)
    expect(believed.asked).toEqual([[OWN, EVE]])
  })

  it('is had from one that sends little once everybody else and a registry were asked', async () => {
    const gives = {
      [BEN]: ['BLOB_SLOW', 'BLOB_SLOW'] satisfies Code[],
      [EVE]: 'BLOB_NOT_FOUND',
    } as const
    const { ensure, asked, pulled } = await house({ members, gives: { ...gives } })
    expect(await ensure(fixed)).toBe(RIGHT)
    expect(asked.filter(([one]) => one === BEN)).toHaveLength(3)
    expect(pulled).toEqual([NAME, NAME])
  })

  it('is asked of nobody else where the disk is full', async () => {
    const gives = { [EVE]: 'DISK_FULL', [BEN]: 'DISK_FULL' } as const
    const { ensure, asked } = await house({ members, gives })
    await expect(ensure(fixed)).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(asked).toHaveLength(1)
  })
})
