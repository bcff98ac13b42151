/** The document from its publication to whoever knows the genesis alone. */
import { afterEach, describe, expect, it } from 'vitest'
import { decode, encode } from '../../base/codec/index.ts'
import type { LogIndex } from '../../control/consensus/index.ts'
import { toEra } from '../../control/succession/index.ts'
import { nodeIdOf, ownerIdOf } from '../../identity/index.ts'
import { compose, whyNotSign } from './composing.ts'
import { verifySpore } from './index.ts'
import { SPORE_LIFETIME_MS } from './limits.ts'
import { createSporeWorld, type SporeWorld, START_MS } from './spores.fixture.ts'

let world: SporeWorld
afterEach(() => world.end())
const coded = (code: string) => expect.objectContaining({ code })

async function started(seed: number, count: number): Promise<SporeWorld> {
  world = createSporeWorld(seed, count)
  for (const { spores } of world.nodes) await spores.start()
  const [first] = world.nodes
  world.primary.voters = world.nodes.slice(0, 3).map(({ id }) => id)
  world.primary.leader = first!.id
  world.admins.add(first!.id)
  return world
}
const versions = () =>
  world.nodes.map(({ spores }) => {
    const { era, index, edition } = spores.current()?.document.version ?? {}
    return [era, index, edition]
  })

describe('a spore document', () => {
  it('is published by the leader, signed by a majority, and comes to everybody', async () => {
    await started(1, 5)
    await world.advance(60_000)
    expect(versions()).toEqual(Array(5).fill([0, 10, 0]))
    const [, , , , last] = world.nodes
    const bytes = last!.spores.current()!.bytes
    const { document, network } = verifySpore(bytes, { nowMs: START_MS })
    expect(network.id).toBe(world.network.id)
    expect(document.voters.map(nodeIdOf).sort()).toEqual([...world.primary.voters].sort())
    expect(document.nodes).toHaveLength(5)
    expect(
      document.nodes
        .slice(0, 3)
        .map(({ key }) => nodeIdOf(key))
        .sort(),
    ).toEqual([...world.primary.voters].sort())
  })

  it('is published anew when an address has changed, and not when only the log has moved', async () => {
    await started(2, 3)
    await world.advance(12_000)
    world.primary.height = 90
    await world.advance(12_000)
    expect(world.nodes[0]!.spores.current()?.document.version.index).toBe(10)
    world.members[1]!.addresses = ['/ip4/10.9.9.9/tcp/4000']
    await world.advance(12_000)
    world.members[1]!.addresses = ['/ip4/10.8.8.8/tcp/4000']
    await world.advance(12_000)
    expect(world.nodes[0]!.spores.current()?.document.version).toMatchObject({
      index: 90,
      edition: 1,
    })
  })

  it('leaves out whoever the registry has removed', async () => {
    await started(3, 3)
    const stranger = ownerIdOf(world.nodes[1]!.key.publicKey)
    world.members[2]!.owner = stranger
    world.view.removed = (owner) => (owner === stranger ? { by: stranger, atMs: 1 } : undefined)
    await world.advance(12_000)
    const { nodes } = world.nodes[0]!.spores.current()!.document
    expect(nodes.map(({ owner }) => owner)).not.toContain(stranger)
  })

  it('proves the next committee by the one before it where no admin is at hand', async () => {
    await started(4, 5)
    await world.advance(12_000)
    world.admins.clear()
    world.primary.voters = world.nodes.slice(1, 4).map(({ id }) => id)
    world.primary.leader = world.nodes[1]!.id
    world.primary.height = 20
    await world.advance(30_000)
    const spore = world.nodes[1]!.spores.current()!
    expect(spore.document.version).toMatchObject({ index: 20 })
    expect(verifySpore(spore.bytes, { network: world.network }).committee.index).toBe(20)
  })

  it('asks an admin’s node outside the committee where nobody can prove it', async () => {
    await started(5, 5)
    world.admins.clear()
    world.admins.add(world.nodes[4]!.id)
    await world.advance(15_000)
    expect(world.nodes[0]!.spores.current()?.document.version.index).toBe(10)
  })

  it('is in the home, for the next start', async () => {
    await started(6, 3)
    await world.advance(12_000)
    const [first] = world.nodes
    world.primary.leader = undefined
    await first!.spores.stop()
    await first!.start()
    expect(first!.spores.current()?.document.version.index).toBe(10)
  })

  it('is refused when too old, of another network, altered, or signed by half', async () => {
    await started(7, 3)
    await world.advance(12_000)
    const { bytes } = world.nodes[0]!.spores.current()!
    const late = START_MS + SPORE_LIFETIME_MS + 60_000
    expect(() => verifySpore(bytes, { nowMs: late })).toThrow(coded('SPORE_STALE'))
    const other = createSporeWorld(99, 1)
    expect(() => verifySpore(bytes, { network: other.network })).toThrow(coded('WRONG_NETWORK'))
    const parts = decode(bytes) as { signatures: [number, Uint8Array][]; document: Uint8Array }
    const fewer = encode({ ...parts, signatures: parts.signatures.slice(0, 1) })
    expect(() => verifySpore(fewer, {})).toThrow(coded('SPORE_INVALID'))
    for (let at = 0; at < bytes.length; at += 11) {
      const changed = Uint8Array.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => verifySpore(changed, { network: world.network }), `byte ${at}`).toThrow(/./)
    }
  })
})

describe('a voter', () => {
  it('signs what agrees with its own copy, and says why it does not', async () => {
    await started(8, 3)
    const { view, members, primary } = world
    const source = { view, members, voters: primary.voters }
    const version = { era: toEra(0), index: 10 as LogIndex, edition: 0 }
    const document = { ...compose(source)!, version, issuedAtMs: START_MS }
    const own = { ...source, height: 10, era: 0, held: undefined, nowMs: START_MS }
    expect(whyNotSign(document, own)).toBeUndefined()
    expect(whyNotSign(document, { ...own, height: 9 })).toBe('BEHIND')
    expect(whyNotSign(document, { ...own, era: 1 })).toBe('OTHER_COMMITTEE')
    const fewer = { ...own, voters: primary.voters.slice(1) }
    expect(whyNotSign(document, fewer)).toBe('OTHER_COMMITTEE')
    const [owner] = members.map((member) => member.owner)
    const removing = { ...view, removed: () => ({ by: owner!, atMs: 1 }) }
    expect(whyNotSign(document, { ...own, view: removing })).toBe('OTHER_MEMBERS')
    const alleged = { ...document, removedOwners: [owner!] }
    expect(whyNotSign(alleged, own)).toBe('OTHER_MEMBERS')
  })
})

describe('a node', () => {
  it('believes its own copy over a document, and a document of a later era over its copy', async () => {
    await started(9, 4)
    const [first, , , last] = world.nodes
    const owner = ownerIdOf(last!.key.publicKey)
    world.members[3]!.owner = owner
    await world.advance(12_000)
    const { id: node } = last!
    expect(first!.spores.judge({ node, owner })).toEqual({ verdict: 'accept' })
    world.view.removed = () => ({ by: owner, atMs: 1 })
    expect(first!.spores.judge({ node, owner })).toMatchObject({ code: 'OWNER_REMOVED' })
    expect(first!.spores.isRemoved(owner)).toBe(true)
    // The copy is of the era before the document's.
    world.primary.era = -1
    expect(first!.spores.judge({ node, owner })).toEqual({ verdict: 'accept' })
  })
})
