import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from '../base/codec/index.ts'
import { createSeededRandom } from '../base/random/index.ts'
import {
  checkInviteProof,
  checkInviteTime,
  createInvite,
  foundNetwork,
  generateKey,
  type InviteRequest,
  issueMembership,
  parseInvite,
  parseSignedInvite,
  peerIdOf,
  proveInvite,
  sealEnvelope,
} from './index.ts'

const NOW_MS = Date.parse('2026-11-20T12:00:00.000Z')
const random = createSeededRandom(3)
const founder = generateKey(random)
const alice = generateKey(random)
const newcomer = generateKey(random)
const network = foundNetwork(
  founder,
  { name: 'Home', consensus: 'raft', createdAt: '2026-11-20T12:00:00.000Z' },
  random,
)
const addresses = [10, 11, 12, 13, 14].map(
  (last) => `/ip4/192.168.178.${last}/tcp/40000/p2p/${peerIdOf(founder.publicKey)}`,
)
const request: InviteRequest = {
  addresses,
  issuerName: 'Ada',
  issuerMembership: [],
  permissions: ['use', 'deploy'],
  role: 'rhizomorph',
  expiresAt: '2026-11-21T12:00:00.000Z',
  uses: 2,
}
const { invite, link } = createInvite(founder, network, request, random)
const code = (name: string) => expect.objectContaining({ code: name })

describe('an invite', () => {
  it('says everything a newcomer needs, in a link under 2,000 characters', () => {
    const read = parseInvite(link)
    expect(read).toEqual(invite)
    expect(read.network.id).toBe(network.id)
    expect(read.network.genesis.name).toBe('Home')
    expect(read.issuerName).toBe('Ada')
    expect(read.addresses).toEqual(addresses.slice(0, 4))
    expect(read.permissions).toEqual(['deploy', 'use'])
    expect(link.length).toBeLessThan(2_000)
  })

  it('is read as browsers and chats spell it', () => {
    const spelled = ` ${link.replace('//join?', '//join/?')}\n`
    expect(parseInvite(spelled).serial).toBe(invite.serial)
  })

  it('cut short at any place is invalid', () => {
    for (let length = 0; length < link.length; length++) {
      expect(() => parseInvite(link.slice(0, length))).toThrow(code('INVITE_INVALID'))
    }
  })

  it('with one character changed is invalid', () => {
    fc.assert(
      fc.property(fc.nat(link.length - 1), fc.constantFrom(...'AZaz09-_'), (at, character) => {
        const changed = link.slice(0, at) + character + link.slice(at + 1)
        if (changed.toLowerCase() === link.toLowerCase() && at < 22) return
        if (changed !== link) expect(() => parseInvite(changed)).toThrow(code('INVITE_INVALID'))
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  it('of anything else is invalid', () => {
    for (const text of ['', 'https://example.org', 'mycelium://join?invite=', link + link]) {
      expect(() => parseInvite(text)).toThrow(code('INVITE_INVALID'))
    }
  })

  it('expires by the clock of whoever judges', () => {
    const endMs = Date.parse(request.expiresAt)
    checkInviteTime(invite, endMs)
    checkInviteTime(invite, endMs + 3_600_000, 2 * 3_600_000)
    expect(() => checkInviteTime(invite, endMs + 1)).toThrow(code('INVITE_EXPIRED'))
  })

  it('is used with its one-time key, which the issuer never sees again', () => {
    const shown = parseSignedInvite(invite.signed)
    expect(Buffer.from(invite.signed).includes(Buffer.from(invite.oneTimeKey))).toBe(false)
    const proof = proveInvite(invite, newcomer.publicKey)
    checkInviteProof(shown, newcomer.publicKey, proof)
    expect(() => checkInviteProof(shown, alice.publicKey, proof)).toThrow(code('INVITE_INVALID'))
    const payload = encode({ serial: invite.serial, owner: newcomer.publicKey })
    const forged = sealEnvelope(newcomer, 'invite-proof', network.id, payload)
    const judge = () => checkInviteProof(shown, newcomer.publicKey, forged)
    expect(judge).toThrow(code('INVITE_INVALID'))
  })

  it('of an owner who may not invite is invalid', () => {
    const mayOnlyUse = { owner: alice.publicKey, ownerName: 'Alice', permissions: ['use'] as const }
    const chain = [issueMembership(founder, network.id, { ...mayOnlyUse, nowMs: NOW_MS }, random)]
    const make = () => createInvite(alice, network, { ...request, issuerMembership: chain }, random)
    expect(make).toThrow(code('INVITE_INVALID'))
  })

  it('leaves out what does not fit, addresses before all else staying usable', () => {
    const permissions = ['invite', 'deploy', 'use'] as const
    const ownerName = 'x'.repeat(63)
    const owners = Array.from({ length: 6 }, () => generateKey(random))
    const chain = owners.map((owner, at) =>
      issueMembership(
        owners[at + 1] ?? founder,
        network.id,
        { owner: owner.publicKey, ownerName, permissions, nowMs: NOW_MS },
        random,
      ),
    )
    const made = createInvite(owners[0]!, network, { ...request, issuerMembership: chain }, random)
    expect(made.link.length).toBeLessThan(2_000)
    expect(made.invite.issuerMembership).toEqual([])
    expect(made.invite.addresses.length).toBeGreaterThan(0)
  })
})
