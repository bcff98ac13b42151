/** What a voter signs, for whom, and whose signatures count. */
import { afterEach, describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import type { LogIndex } from '../../control/consensus/index.ts'
import { encodeStatement, sealMandate, signAsVoter, toEra } from '../../control/succession/index.ts'
import { generateKey, issueMembership, nodeIdOf, ownerIdOf } from '../../identity/index.ts'
import { compose, type SignSource, whyNotSign } from './composing.ts'
import { encodeDocument } from './document.ts'
import { claimDocument, type KnownNode, type SporeDocument, verifySpore } from './index.ts'
import {
  SPORE_ADDRESSES_MAX,
  SPORE_BYTES_MAX,
  SPORE_CLOCKS_APART_MS,
  SPORE_CONTENT_BYTES_MAX,
  SPORE_EDITIONS_AHEAD_MAX,
  SPORE_ENTRIES_AHEAD_MAX,
  SPORE_NODES_MAX,
} from './limits.ts'
import { encodeQuestion, SPORE_PROTOCOL } from './messages.ts'
import { chainIn, sealSpore } from './sealed.ts'
import { createSporeWorld, type SporeWorld, START_MS } from './spores.fixture.ts'

let world: SporeWorld
afterEach(() => world.end())

async function started(seed: number, count: number, consensus: 'raft' | 'simplex' = 'raft') {
  world = createSporeWorld(seed, count, consensus)
  for (const { spores } of world.nodes) await spores.start()
  const [first] = world.nodes
  world.primary.voters = world.nodes.slice(0, 3).map(({ id }) => id)
  world.primary.leader = first!.id
  world.admins.add(first!.id)
}

const version = { era: toEra(0), index: 10 as LogIndex, edition: 0 }
const sourceHere = (): SignSource => ({
  ...{ view: world.view, members: world.members, voters: world.primary.voters },
  ...{ height: 10, era: 0, held: undefined, nowMs: START_MS },
})
const draftHere = (): SporeDocument => ({
  ...{ ...compose(sourceHere())!, version, issuedAtMs: START_MS },
})

/** How many bytes `to` answers when this node asks it to sign. */
async function signedFor(asker: number, to: number): Promise<number> {
  const net = world.links.node(world.nodes[asker]!.id)
  const question = encodeQuestion({ kind: 'sign', document: encodeDocument(draftHere()) })
  const asked = net.request(world.nodes[to]!.id, SPORE_PROTOCOL, question)
  await world.advance(100)
  return (await asked).byteLength
}

describe('a voter', () => {
  it('signs for the one that leads, and for nobody else', async () => {
    await started(21, 5)
    expect(await signedFor(0, 1)).toBeGreaterThan(0)
    expect(await signedFor(2, 1)).toBe(0)
    expect(await signedFor(4, 1)).toBe(0)
  })

  it('signs for any voter under Simplex, where each leads in turn', async () => {
    await started(22, 5, 'simplex')
    expect(await signedFor(2, 1)).toBeGreaterThan(0)
    expect(await signedFor(4, 1)).toBe(0)
  })

  it('vouches for no entry that it has not come to', async () => {
    await started(23, 3)
    const voters = world.nodes.map(({ key }) => key.publicKey)
    const answers = [10, Number.MAX_SAFE_INTEGER].map((index) => {
      const statement = encodeStatement({ era: toEra(0), index: index as LogIndex, voters })
      const question = encodeQuestion({ kind: 'vouch', statement })
      return world.links
        .node(world.nodes[0]!.id)
        .request(world.nodes[1]!.id, SPORE_PROTOCOL, question)
    })
    await world.advance(100)
    const lengths = (await Promise.all(answers)).map(({ byteLength }) => byteLength)
    expect(lengths).toEqual([expect.any(Number), 0])
    expect(lengths[0]).toBeGreaterThan(0)
  })

  it.each<[string, (document: SporeDocument) => void, string | undefined]>([
    ['what it would say itself', () => {}, undefined],
    ['another owner', (one) => Object.assign(one, { owners: owners(one) }), 'OTHER_MEMBERS'],
    ['a node of nobody it knows', (one) => withNode(one, { key: stranger }), 'OTHER_MEMBERS'],
    ['other addresses', (one) => withNode(one, { addresses: ['/x'] }), 'OTHER_ADDRESSES'],
    ['a later position', (one) => withNode(one, { position: [1, 2] }), 'OTHER_ADDRESSES'],
    ['an earlier position', (one) => withNode(one, { position: [1, 0] }), undefined],
    ['no addresses', (one) => withNode(one, { addresses: [], position: [9, 9] }), undefined],
    ['fewer nodes', (one) => Object.assign(one, { nodes: one.nodes.slice(1) }), undefined],
    ['a leap of editions', (one) => edition(one, SPORE_EDITIONS_AHEAD_MAX + 1), 'OTHER_VERSION'],
    ['a few editions', (one) => edition(one, SPORE_EDITIONS_AHEAD_MAX), undefined],
    ['tomorrow’s date', (one) => dated(one, SPORE_CLOCKS_APART_MS + 1), 'OTHER_TIME'],
    ['an hour’s difference', (one) => dated(one, 3_600_000), undefined],
  ])('judges %s', (_, change, refusal) => {
    world = createSporeWorld(24, 4)
    world.primary.voters = world.nodes.slice(0, 3).map(({ id }) => id)
    const document = draftHere()
    change(document)
    expect(whyNotSign(document, sourceHere())).toBe(refusal)
  })

  it('signs nothing that leaves out a removal, and nothing older than what it holds', () => {
    world = createSporeWorld(25, 3)
    world.primary.voters = world.nodes.map(({ id }) => id)
    const document = draftHere()
    const gone = ownerIdOf(stranger)
    const removals = () => [[gone, { by: gone, atMs: 1 }]] as [typeof gone, never][]
    const removing = { ...sourceHere(), view: { ...world.view, removals } }
    expect(whyNotSign(document, removing)).toBe('OTHER_MEMBERS')
    expect(whyNotSign(document, { ...sourceHere(), held: version })).toBe('OTHER_VERSION')
    const next = { ...document, version: { ...version, edition: 1 } }
    expect(whyNotSign(next, { ...sourceHere(), held: version })).toBeUndefined()
  })
})

const stranger = generateKey(createSeededRandom(77)).publicKey
const owners = ({ owners: told }: SporeDocument) => [
  ...told,
  { key: stranger, permissions: ['admin'] as const },
]
function withNode(document: SporeDocument, change: Partial<SporeDocument['nodes'][number]>): void {
  const [first, ...rest] = document.nodes
  Object.assign(document, { nodes: [{ ...first!, ...change }, ...rest] })
}
function edition(document: SporeDocument, value: number): void {
  document.version = { ...document.version, edition: value }
}
function dated(document: SporeDocument, laterMs: number): void {
  document.issuedAtMs = START_MS + laterMs
}

/** By all nodes, with the proof of the committee that is in `bytes`. */
function sealedByAll(document: SporeDocument, bytes: Uint8Array): Uint8Array {
  const payload = encodeDocument(document)
  const signed = { context: 'spore', network: world.network.id, payload } as const
  const signatures = world.nodes.map(({ key }): [number, Uint8Array] => [
    document.voters.findIndex((voter) => nodeIdOf(voter) === nodeIdOf(key.publicKey)),
    signAsVoter(key, signed),
  ])
  const { bytes: genesis } = world.network
  return sealSpore({ genesis, chain: chainIn(bytes), document: payload, signatures })
}

describe('a document', () => {
  it('is published though a node speaks anew before all have heard it', async () => {
    await started(26, 5)
    const [first] = world.nodes
    // The leader has always heard a later word of the last node than the others.
    const restless = world.members.at(-1)!
    const leaders: KnownNode[] = [...world.members.slice(0, -1), { ...restless }]
    world.heard.set(first!.id, leaders)
    for (let second = 1; second <= 30; second++) {
      const addresses = [`/ip4/10.1.0.${second}/tcp/4000`]
      leaders[4] = { ...restless, addresses, position: [1, second + 1] }
      await world.advance(1_000)
    }
    const spore = first!.spores.current()
    expect(spore?.document.version.index).toBe(10)
    expect(spore?.document.nodes.filter(({ addresses }) => addresses.length > 0)).toHaveLength(4)
  })

  it('fits: those who stay least lose their addresses, then their place', () => {
    world = createSporeWorld(27, 3)
    const voters = world.nodes.map(({ id }) => id)
    const random = createSeededRandom(5)
    const long = Array.from({ length: SPORE_ADDRESSES_MAX }, (_, at) =>
      `/dns/${at}`.padEnd(256, 'ü'),
    )
    const [owner] = world.members.map((member) => member.owner)
    const others = Array.from({ length: SPORE_NODES_MAX }, (): KnownNode => {
      const { publicKey: key } = generateKey(random)
      const said = { owner: owner!, role: 'hypha', position: [1, 1], addresses: long } as const
      return { node: nodeIdOf(key), key, ...said }
    })
    const content = compose({ view: world.view, voters, members: [...others, ...world.members] })!
    const bytes = encodeDocument({ ...content, version, issuedAtMs: START_MS })
    expect(bytes.byteLength).toBeLessThan(SPORE_BYTES_MAX)
    expect(bytes.byteLength).toBeGreaterThan(SPORE_CONTENT_BYTES_MAX * 0.9)
    expect(content.nodes).toHaveLength(SPORE_NODES_MAX)
    expect(content.nodes.slice(0, 4).every(({ addresses }) => addresses.length > 0)).toBe(true)
    expect(content.nodes.at(-1)?.addresses).toEqual([])
  })

  it('counts no signature of a node that the copy here shows as removed', async () => {
    await started(28, 3)
    await world.advance(12_000)
    const { bytes } = world.nodes[0]!.spores.current()!
    const at = { era: toEra(0), indexMax: 10 }
    const removed = new Set(world.primary.voters.slice(0, 2))
    const check = (copy: typeof at) => ({
      copy: {
        ...copy,
        isRemovedNode: (node: (typeof world.primary.voters)[number]) => removed.has(node),
      },
    })
    const invalid = expect.objectContaining({ code: 'SPORE_INVALID' })
    expect(() => verifySpore(bytes, check(at))).toThrow(invalid)
    // Of a later era the copy knows nothing.
    expect(verifySpore(bytes, check({ ...at, era: toEra(1) })).document.version.index).toBe(10)
  })

  it('is not taken far ahead of what the committee has come to', async () => {
    await started(29, 3)
    await world.advance(12_000)
    const { document, bytes } = world.nodes[0]!.spores.current()!
    const index = (10 + SPORE_ENTRIES_AHEAD_MAX + 1) as LogIndex
    const leaping = sealedByAll({ ...document, version: { ...version, index } }, bytes)
    expect(() => world.nodes[1]!.spores.take(leaping)).toThrow(
      expect.objectContaining({ code: 'SPORE_INVALID' }),
    )
    // Who is cut off cannot tell.
    world.primary.leader = undefined
    expect(world.nodes[1]!.spores.take(leaping).document.version.index).toBe(index)
  })

  it('puts out no founder', async () => {
    await started(30, 3)
    await world.advance(12_000)
    const { document, bytes } = world.nodes[0]!.spores.current()!
    const founder = ownerIdOf(world.founder.publicKey)
    const told = { ...document, version: { ...version, index: 11 as LogIndex } }
    world.nodes[1]!.spores.take(sealedByAll({ ...told, removedOwners: [founder] }, bytes))
    expect(world.nodes[1]!.spores.current()?.document.removedOwners).toEqual([founder])
    expect(world.nodes[1]!.spores.isRemoved(founder)).toBe(false)
  })
})

it('a claim is made by a node that neither registry nor membership knows', () => {
  world = createSporeWorld(31, 1)
  const { founder, network, view } = world
  const [first] = world.nodes
  const random = createSeededRandom(1)
  const permissions = ['admin', 'invite', 'deploy', 'use'] as const
  const request = { owner: founder.publicKey, ownerName: 'A', permissions, nowMs: START_MS }
  const membership = issueMembership(founder, network.id, request, random)
  const voters = [first!.key.publicKey]
  const payload = encodeStatement({ era: toEra(1), index: 50 as LogIndex, voters })
  const mandate = sealMandate(founder, network, payload, [membership])
  const deps = { network, signer: first!.key, members: () => [], nowMs: START_MS }
  expect(verifySpore(claimDocument(deps, mandate, view), {}).document.voters).toEqual(voters)
})
