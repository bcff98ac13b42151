/** Documents of a network of Simplex: its committees prove themselves, and liars prove nothing. */
import { afterEach, describe, expect, it } from 'vitest'
import { decode, encode } from '../../base/codec/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { encodeChain, parseChain, signAsVoter } from '../../control/succession/index.ts'
import { type KeyPair, nodeIdOf } from '../../identity/index.ts'
import { encodeDocument } from './document.ts'
import { verifySpore } from './index.ts'
import { sealSpore } from './sealed.ts'
import { linksOver } from './simplex.fixture.ts'
import { createSporeWorld, type SporeWorld } from './spores.fixture.ts'

let world: SporeWorld
afterEach(() => world.end())
const invalid = expect.objectContaining({ code: 'SPORE_INVALID' })
const idOf = ({ publicKey }: KeyPair) => nodeIdOf(publicKey)

/** Four vote from the genesis on; the first goes, and a fifth comes in two steps. No admin is about. */
async function published(seed: number) {
  world = createSporeWorld(seed, 5, 'simplex')
  const keys = world.nodes.map(({ key }) => key)
  const ids = keys.map(idOf)
  const changes = [
    { voters: ids.slice(0, 4), learners: ids.slice(4) },
    { voters: ids, learners: [] },
    { voters: ids.slice(1), learners: [] },
  ]
  const certified = linksOver(world.network, keys.slice(0, 4), changes, createSeededRandom(seed))
  world.proof = { root: undefined, certified }
  world.primary.voters = keys.slice(1).map(idOf)
  world.primary.leader = world.primary.voters[0]
  for (const { spores } of world.nodes) await spores.start()
  await world.advance(20_000)
  const { bytes } = world.nodes[1]!.spores.current()!
  return { bytes, keys, certified }
}

/** The same document with another chain, and signed by these. */
function resealed(bytes: Uint8Array, chain: Uint8Array, signers?: readonly KeyPair[]): Uint8Array {
  const parts = decode(bytes) as { document: Uint8Array; signatures: [number, Uint8Array][] }
  const { document: payload } = parts
  const { voters } = verifySpore(bytes, {}).document
  const signed = { context: 'spore', network: world.network.id, payload } as const
  const signatures = signers?.map((key): [number, Uint8Array] => [
    voters.findIndex((voter) => nodeIdOf(voter) === idOf(key)),
    signAsVoter(key, signed),
  ])
  return encode({ ...parts, chain, ...(signatures && { signatures }) } as never)
}

describe('a document of Simplex', () => {
  it('is proven by the committees’ own certificates, without an admin', async () => {
    const { bytes, keys } = await published(1)
    const { document, network } = verifySpore(bytes, {})
    expect(network.id).toBe(world.network.id)
    expect(document.voters.map(nodeIdOf).sort()).toEqual(keys.slice(1).map(idOf).sort())
    const chain = parseChain((decode(bytes) as { chain: Uint8Array }).chain)
    expect(chain).toMatchObject({ root: undefined, certified: { length: 3 } })
  })

  it('is refused with a forged certificate, a gap, another’s links, or none', async () => {
    const { bytes, certified } = await published(2)
    const [first, second, third] = certified as [Uint8Array, Uint8Array, Uint8Array]
    const cases: (readonly Uint8Array[])[] = [[], [first], [first, second], [first, third]]
    // Any byte of any link.
    for (const [at, link] of certified.entries()) {
      for (let place = 0; place < link.byteLength; place += 37) {
        const forged = Uint8Array.from(link)
        forged[place]! ^= 1
        cases.push(certified.map((one, other) => (other === at ? forged : one)))
      }
    }
    for (const links of cases) {
      const chain = encodeChain({ root: undefined, certified: links })
      expect(() => verifySpore(resealed(bytes, chain), {})).toThrow(invalid)
    }
  })

  it('is refused from liars who certify themselves: f of the voters cannot', async () => {
    const { bytes, keys } = await published(3)
    const liar = keys[1]!
    // A chain of its own, signed by itself alone.
    const own = linksOver(
      { ...world.network },
      [liar],
      [{ voters: [idOf(liar)], learners: [idOf(keys[0]!)] }],
      createSeededRandom(1),
    )
    const { document } = verifySpore(bytes, {})
    const alone = encodeDocument({ ...document, voters: [liar.publicKey] })
    const signed = { context: 'spore', network: world.network.id, payload: alone } as const
    const sealed = sealSpore({
      genesis: world.network.bytes,
      chain: { root: undefined, certified: own },
      document: alone,
      signatures: [[0, signAsVoter(liar, signed)]],
    })
    expect(() => verifySpore(sealed, {})).toThrow(invalid)
  })

  it('takes the signatures of a majority, so of an honest one', async () => {
    const { bytes, keys, certified } = await published(4)
    const chain = encodeChain({ root: undefined, certified })
    const [, b, c, d] = keys as [KeyPair, KeyPair, KeyPair, KeyPair]
    expect(verifySpore(resealed(bytes, chain, [b, c, d]), {}).document.voters).toHaveLength(4)
    expect(() => verifySpore(resealed(bytes, chain, [b, c]), {})).toThrow(invalid)
  })
})
