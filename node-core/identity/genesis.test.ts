import { describe, expect, it } from 'vitest'
import { encode } from '../base/codec/index.ts'
import { createSeededRandom } from '../base/random/index.ts'
import {
  foundNetwork,
  generateKey,
  isFounder,
  nodeIdOf,
  parseGenesis,
  sealEnvelope,
} from './index.ts'

const random = createSeededRandom(1)
const founder = generateKey(random)
const other = generateKey(random)
const request = { name: 'Home', consensus: 'raft', createdAt: '2026-11-20T12:00:00.000Z' } as const
const code = (name: string) => expect.objectContaining({ code: name })

describe('a genesis', () => {
  it('is read back, and its hash is the network’s id', () => {
    const network = foundNetwork(founder, request, random)
    const read = parseGenesis(network.bytes)
    expect(read).toEqual(network)
    expect(read.id).toMatch(/^[0-9a-f]{64}$/)
    expect(isFounder(read, founder.publicKey)).toBe(true)
    expect(isFounder(read, other.publicKey)).toBe(false)
  })

  it('of the same name, second and founder is another network every time', () => {
    const ids = [1, 2, 3].map(() => foundNetwork(founder, request, random).id)
    expect(new Set(ids).size).toBe(3)
  })

  it('can have several founders', () => {
    const coFounders = [other.publicKey]
    const network = foundNetwork(founder, { ...request, coFounders }, random)
    expect(isFounder(network, other.publicKey)).toBe(true)
  })

  it('of Simplex names who votes first', () => {
    const voters = [nodeIdOf(other.publicKey)]
    const network = foundNetwork(founder, { ...request, consensus: 'simplex', voters }, random)
    expect(parseGenesis(network.bytes).genesis).toMatchObject({ version: 2, voters })
    expect(foundNetwork(founder, request, random).genesis).toMatchObject({ version: 1, voters: [] })
  })

  it('says that reads go by the lease where that was chosen, and else what it always said', () => {
    const of = (more: object) => foundNetwork(founder, { ...request, ...more }, random).genesis
    expect(of({ leaseReads: true })).toMatchObject({ version: 3, leaseReads: true, voters: [] })
    expect(of({ leaseReads: false })).toMatchObject({ version: 1, leaseReads: false })
    expect(of({})).toMatchObject({ version: 1, leaseReads: false })
  })

  it.each([
    ['no founder', { founders: [] }],
    ['nine founders', { founders: Array.from({ length: 9 }, () => founder.publicKey) }],
    ['a founder who did not sign it', { founders: [other.publicKey] }],
    ['a name of blanks', { name: ' ' }],
    ['a name that is too long', { name: 'x'.repeat(64) }],
    ['a name with a line in it', { name: 'a\nb' }],
    ['a name that turns the text around', { name: 'a\u202eb' }],
    ['another version', { version: 4 }],
    ['a third version without leases', { version: 3 }],
    ['a third version that denies them', { version: 3, leaseReads: false }],
    ['leases in the first version', { leaseReads: true }],
    ['leases of Simplex', { version: 3, leaseReads: true, consensus: 'simplex' }],
    ['a first version that names voters', { voters: [new Uint8Array(32)] }],
    ['a second version without voters', { version: 2, consensus: 'simplex', voters: [] }],
    ['voters of Raft', { version: 2, voters: [new Uint8Array(32)] }],
    ['an unknown engine', { consensus: 'paxos' }],
    ['a date of another spelling', { createdAt: '2026-11-20T12:00:00Z' }],
    ['a short nonce', { nonce: new Uint8Array(15) }],
    ['a field nobody knows', { extra: 1 }],
  ])('with %s is malformed', (_, change) => {
    const genesis = {
      version: 1,
      ...request,
      founders: [founder.publicKey],
      nonce: new Uint8Array(16),
      ...change,
    }
    const bytes = sealEnvelope(founder, 'genesis', undefined, encode(genesis))
    expect(() => parseGenesis(bytes)).toThrow(code('IDENTITY_MALFORMED'))
  })
})
