/** Who keeps the registry, proven to somebody that knows the genesis alone. */
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import {
  foundNetwork,
  generateKey,
  issueMembership,
  type KeyPair,
  nodeIdOf,
  ownerIdOf,
  type Permission,
} from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import {
  encodeChain,
  encodeStatement,
  type Link,
  parseChain,
  parseStatement,
  type StatedChain,
  sealMandate,
  signAsVoter,
  sortedKeys,
  toEra,
  verifyChain,
  verifyMandate,
} from './index.ts'
import { LINKS_MAX } from './limits.ts'

const NOW_MS = Date.parse('2026-11-25T12:00:00.000Z')
const random = createSeededRandom(7)
const founder = generateKey(random)
const network = foundNetwork(
  founder,
  { name: 'Garden', consensus: 'raft', createdAt: '2026-11-25T12:00:00.000Z' },
  random,
)
const keys = Array.from({ length: 7 }, () => generateKey(random)).sort((a, b) =>
  Buffer.compare(a.publicKey, b.publicKey),
)
const coded = (code: string) => expect.objectContaining({ code })
const certify = (issuer: KeyPair, owner: KeyPair, permissions: Permission[]): Uint8Array =>
  issueMembership(
    issuer,
    network.id,
    { owner: owner.publicKey, ownerName: 'Ada', permissions, nowMs: NOW_MS },
    random,
  )
const own = [certify(founder, founder, ['admin', 'invite', 'deploy', 'use'])]

const statement = (index: number, voters: readonly KeyPair[], era = 0): Uint8Array =>
  encodeStatement({
    ...{ era: toEra(era), index: index as LogIndex },
    voters: voters.map(({ publicKey }) => publicKey),
  })
const link = (payload: Uint8Array, signers: readonly [number, KeyPair][]): Link => ({
  payload,
  signatures: signers.map(([voter, key]) => [
    voter,
    signAsVoter(key, { context: 'committee', network: network.id, payload }),
  ]),
})
const [a, b, c, d] = keys as [KeyPair, KeyPair, KeyPair, KeyPair]
const root = sealMandate(founder, network, statement(1, [a]), own)

describe('a chain of committees', () => {
  it('leads from an admin’s mandate to the committee of now', () => {
    const chain: StatedChain = {
      root,
      links: [
        link(statement(5, [a, b]), [[0, a]]),
        link(statement(9, [a, b, c]), [
          [0, a],
          [1, b],
        ]),
      ],
    }
    const read = parseChain(encodeChain(chain))
    if (!('links' in read)) throw new Error('It is one of statements.')
    expect(verifyChain(network, read).voters).toEqual(sortedKeys([a, b, c].map((k) => k.publicKey)))
  })

  const table: [what: string, links: Link[]][] = [
    ['signed by half', [link(statement(5, [a, b]), [[0, a]]), link(statement(9, [c]), [[0, a]])]],
    ['signed by itself', [link(statement(5, [b]), [[0, b]])]],
    [
      'signed twice by one',
      [
        link(statement(5, [a, b]), [[0, a]]),
        link(statement(9, [c]), [
          [0, a],
          [0, a],
        ]),
      ],
    ],
    ['that goes back', [link(statement(1, [a, b]), [[0, a]])]],
    ['that begins an era', [link(statement(5, [b], 1), [[0, a]])]],
    ['signed for another place', [link(statement(5, [a, b]), [[3, a]])]],
  ]
  it.each(table)('refuses a committee %s', (_, links) => {
    expect(() => verifyChain(network, { root, links })).toThrow(coded('SUCCESSION_UNTRUSTED'))
  })

  it('refuses more links than its bound', () => {
    const links = Array.from({ length: LINKS_MAX + 1 }, (_, at) =>
      link(statement(at + 2, [a]), [[0, a]]),
    )
    expect(() => verifyChain(network, { root, links })).toThrow(coded('SUCCESSION_MALFORMED'))
  })
})

describe('a mandate', () => {
  const other = generateKey(random)
  const payload = statement(3, [d], 1)

  it('is an admin’s, also of one that a founder made an admin', () => {
    const chain = [certify(founder, other, ['admin', 'invite', 'deploy', 'use'])]
    const mandate = verifyMandate(network, sealMandate(other, network, payload, chain))
    expect(mandate).toMatchObject({ owner: ownerIdOf(other.publicKey), statement: { era: 1 } })
  })

  it('is refused of an owner that is no admin, was removed, or shows another’s membership', () => {
    const plain = [certify(founder, other, ['deploy', 'use'])]
    const full = [certify(founder, other, ['admin', 'invite', 'deploy', 'use'])]
    const untrusted = coded('SUCCESSION_UNTRUSTED')
    expect(() => verifyMandate(network, sealMandate(other, network, payload, plain))).toThrow(
      untrusted,
    )
    expect(() => verifyMandate(network, sealMandate(other, network, payload, own))).toThrow(
      untrusted,
    )
    const removed = sealMandate(other, network, payload, full)
    expect(() => verifyMandate(network, removed, () => true)).toThrow(untrusted)
  })

  it('is refused when any byte of it was changed', () => {
    const bytes = sealMandate(founder, network, payload, own)
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Uint8Array.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => verifyMandate(network, changed), `byte ${at}`).toThrow(/./)
    }
  })
})

describe('a statement', () => {
  it('says where the era before it ended', () => {
    const ended = {
      ...{ era: toEra(0), voters: [a, b].map((key) => nodeIdOf(key.publicKey)).sort() },
      ...{ last: 40 as LogIndex, term: 3, terms: [[3, 12 as LogIndex] as const] },
      ...{ revision: 9, atMs: NOW_MS },
    }
    const voters = [c.publicKey]
    const made = { era: toEra(1), index: 41 as LogIndex, voters, ended }
    expect(parseStatement(encodeStatement(made))).toEqual(made)
    const certified = { certificate: null, state: new Uint8Array(32) }
    const followed = { ...ended, terms: [], certified, followed: new Uint8Array(48) }
    const gone = { ...made, ended: followed }
    expect(parseStatement(encodeStatement(gone))).toEqual(gone)
    const sameEra = encodeStatement({ ...made, era: toEra(0) })
    expect(() => parseStatement(sameEra)).toThrow(coded('SUCCESSION_MALFORMED'))
  })

  it('names each voter once, in one order', () => {
    const twice = encodeStatement({
      ...{ era: toEra(0), index: 1 as LogIndex, voters: [a.publicKey, a.publicKey] },
    })
    expect(() => parseStatement(twice)).toThrow(coded('SUCCESSION_MALFORMED'))
  })
})
