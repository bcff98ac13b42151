import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import {
  encodeCredential,
  foundNetwork,
  generateKey,
  issueMembership,
  issueNodeCertificate,
  nodeIdOf,
} from '../../identity/index.ts'
import { createSeed, verifySeed } from './seed.ts'

const NOW_MS = Date.parse('2026-11-20T12:00:00.000Z')
const random = createSeededRandom(5)
const founder = generateKey(random)
const node = generateKey(random)
const stranger = generateKey(random)
const found = (name: string) =>
  foundNetwork(founder, { name, consensus: 'raft', createdAt: '2026-11-20T12:00:00.000Z' }, random)
const network = found('Home')
const addresses = ['/ip4/192.168.1.2/tcp/4000/p2p/x', '/dns4/seed.example/tcp/4000/p2p/y']
const request = {
  owner: founder.publicKey,
  ownerName: 'Ada',
  permissions: ['use'] as const,
  nowMs: NOW_MS,
}
const credential = encodeCredential({
  node: issueNodeCertificate(founder, network.id, { node: node.publicKey, nowMs: NOW_MS }),
  membership: [issueMembership(founder, network.id, request, random)],
})
const seed = createSeed(node, network, { addresses, credential, nowMs: NOW_MS })
const text = JSON.stringify(seed, undefined, 2)
const code = (name: string) => expect.objectContaining({ code: name })

describe('a seed document', () => {
  it('says which network it is of and where it can be found', () => {
    const verified = verifySeed(text, { nowMs: NOW_MS })
    expect(verified.network.id).toBe(network.id)
    expect(verified.addresses).toEqual(addresses)
    expect(verified.node).toBe(nodeIdOf(node.publicKey))
    expect(verifySeed(text, { nowMs: NOW_MS, network }).network.genesis.name).toBe('Home')
  })

  it('is read in any layout, since its canonical form is what is signed', () => {
    const shuffled = Object.fromEntries(Object.entries(seed).reverse())
    expect(verifySeed(JSON.stringify(shuffled), { nowMs: NOW_MS }).addresses).toEqual(addresses)
  })

  it('is stale after 30 days', () => {
    const endMs = NOW_MS + 30 * 86_400_000
    verifySeed(text, { nowMs: endMs })
    expect(() => verifySeed(text, { nowMs: endMs + 1 })).toThrow(code('SEED_STALE'))
  })

  it('of another network is told as such', () => {
    const other = found('Elsewhere')
    expect(() => verifySeed(text, { nowMs: NOW_MS, network: other })).toThrow(code('WRONG_NETWORK'))
  })

  it.each([
    ['unsigned', () => ({ ...seed, signature: undefined })],
    ['with an empty signature', () => ({ ...seed, signature: '' })],
    ['with another address', () => ({ ...seed, addresses: ['/ip4/6.6.6.6/tcp/1/p2p/z'] })],
    ['with another name', () => ({ ...seed, name: 'Trap' })],
    ['with a later end', () => ({ ...seed, expiresAt: '2027-11-20T12:00:00.000Z' })],
    ['with a field more', () => ({ ...seed, extra: 1 })],
    ['without addresses', () => ({ ...seed, addresses: [] })],
    [
      'signed by someone who is no member',
      () => createSeed(stranger, network, { addresses, credential, nowMs: NOW_MS }),
    ],
  ])('%s is invalid', (_, make) => {
    const altered = JSON.stringify(make())
    expect(() => verifySeed(altered, { nowMs: NOW_MS })).toThrow(code('SEED_INVALID'))
  })

  it('with any character changed is refused', () => {
    const compact = JSON.stringify(seed)
    fc.assert(
      fc.property(fc.nat(compact.length - 1), fc.constantFrom(...'aB0"}+'), (at, character) => {
        const changed = compact.slice(0, at) + character + compact.slice(at + 1)
        if (changed !== compact) expect(() => verifySeed(changed, { nowMs: NOW_MS })).toThrow()
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  it('of anything else is invalid', () => {
    for (const junk of ['', '{', 'null', '[]', '{"version":1}', 'x'.repeat(70_000)]) {
      expect(() => verifySeed(junk, { nowMs: NOW_MS })).toThrow(code('SEED_INVALID'))
    }
  })
})
