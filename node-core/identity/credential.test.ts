import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../base/random/index.ts'
import {
  encodeCredential,
  foundNetwork,
  generateKey,
  issueMembership,
  issueNodeCertificate,
  type KeyPair,
  ownerIdOf,
  type Permission,
  parseCredential,
  verifyCredential,
} from './index.ts'

const DAY_MS = 86_400_000
const NOW_MS = Date.parse('2026-11-20T12:00:00.000Z')
const random = createSeededRandom(11)
const founder = generateKey(random)
const alice = generateKey(random)
const bob = generateKey(random)
const carol = generateKey(random)
const node = generateKey(random)

const found = (name: string) =>
  foundNetwork(founder, { name, consensus: 'raft', createdAt: '2026-11-20T12:00:00.000Z' }, random)
const network = found('Home')

function membership(
  issuer: KeyPair,
  owner: KeyPair,
  permissions: Permission[],
  nowMs = NOW_MS,
  networkId = network.id,
): Uint8Array {
  const request = { owner: owner.publicKey, ownerName: 'Someone', permissions, nowMs }
  return issueMembership(issuer, networkId, request, random)
}

function credential(owner: KeyPair, chain: Uint8Array[], nowMs = NOW_MS): Uint8Array {
  const request = { node: node.publicKey, nowMs }
  return encodeCredential({
    node: issueNodeCertificate(owner, network.id, request),
    membership: chain,
  })
}

const byFounder = membership(founder, alice, ['invite', 'deploy', 'use'])
const code = (name: string) => expect.objectContaining({ code: name })
const check = (bytes: Uint8Array, nowMs: number | undefined = NOW_MS) =>
  verifyCredential(bytes, { network, nowMs })

describe('a credential', () => {
  it('says who the node and its owner are and what the owner may', () => {
    const member = check(credential(alice, [byFounder]))
    expect(member.ownerId).toBe(ownerIdOf(alice.publicKey))
    expect(member.nodeKey).toEqual(node.publicKey)
    expect([...member.permissions]).toEqual(['invite', 'deploy', 'use'])
    expect(member.notAfterMs).toBe(NOW_MS + 30 * DAY_MS)
  })

  it('of a founder holds every permission, whatever its certificate says', () => {
    const member = check(credential(founder, [membership(founder, founder, ['use'])]))
    expect(member.permissions.has('admin')).toBe(true)
  })

  it('holds through an owner who may invite', () => {
    const byAlice = membership(alice, bob, ['deploy', 'use'])
    expect(check(credential(bob, [byAlice, byFounder])).ownerId).toBe(ownerIdOf(bob.publicKey))
  })

  it.each([
    ['its chain ends before a founder', [membership(alice, bob, ['use'])]],
    ['it grants more than its issuer holds', [membership(alice, bob, ['admin']), byFounder]],
    [
      'its issuer may not invite',
      [membership(alice, bob, ['use']), membership(founder, alice, ['deploy', 'use'])],
    ],
    ['a link of its chain is another owner’s', [membership(carol, bob, ['use']), byFounder]],
    ['its chain goes on past a founder', [membership(founder, bob, ['use']), byFounder]],
    [
      'its issuer’s own membership had ended when it was issued',
      [
        membership(alice, bob, ['use'], NOW_MS),
        membership(founder, alice, ['invite', 'use'], NOW_MS - 31 * DAY_MS),
      ],
    ],
    ['it belongs to another owner than the node', [byFounder]],
  ])('is untrusted when %s', (_, chain) => {
    expect(() => check(credential(bob, chain))).toThrow(code('CERTIFICATE_UNTRUSTED'))
  })

  it('of an admin can be made by an admin', () => {
    const upper = membership(founder, alice, ['admin', 'invite', 'use'])
    expect(check(credential(bob, [membership(alice, bob, ['admin']), upper])).permissions).toEqual(
      new Set(['admin']),
    )
  })

  it('outlives its issuer’s certificate: the upper one held when it was issued', () => {
    const upper = membership(founder, alice, ['invite', 'use'], NOW_MS - 29 * DAY_MS)
    const later = NOW_MS + 20 * DAY_MS
    expect(check(credential(bob, [membership(alice, bob, ['use']), upper]), later)).toBeDefined()
  })

  it('expires after 30 days and two hours, unless no time is given', () => {
    const bytes = credential(alice, [byFounder])
    const endMs = NOW_MS + 30 * DAY_MS + 2 * 3_600_000
    expect(check(bytes, endMs)).toBeDefined()
    expect(() => check(bytes, endMs + 1)).toThrow(code('CERTIFICATE_EXPIRED'))
    expect(check(bytes, undefined)).toBeDefined()
  })

  it('survives a clock an hour slow and not one a day slow', () => {
    const bytes = credential(alice, [byFounder])
    expect(check(bytes, NOW_MS - 3_600_000)).toBeDefined()
    expect(() => check(bytes, NOW_MS - DAY_MS)).toThrow(code('CERTIFICATE_EXPIRED'))
  })

  it('of another network is told as such', () => {
    const other = found('Elsewhere')
    const bytes = credential(alice, [byFounder])
    expect(() => verifyCredential(bytes, { network: other, nowMs: NOW_MS })).toThrow(
      code('WRONG_NETWORK'),
    )
    expect(other.id).not.toBe(found('Elsewhere').id)
  })

  it('of a removed owner is refused, before its age is looked at', () => {
    const isRemoved = (owner: string) => owner === ownerIdOf(alice.publicKey)
    const bytes = credential(alice, [byFounder])
    for (const nowMs of [NOW_MS, NOW_MS + 99 * DAY_MS]) {
      expect(() => verifyCredential(bytes, { network, nowMs, isRemoved })).toThrow(
        code('MEMBER_REMOVED'),
      )
    }
  })

  it('issued by an owner since removed counts only if the admission is on record', () => {
    const bytes = credential(bob, [membership(alice, bob, ['use']), byFounder])
    const isRemoved = (owner: string) => owner === ownerIdOf(alice.publicKey)
    const judge = (onRecord: boolean) =>
      verifyCredential(bytes, {
        ...{ network, nowMs: NOW_MS, isRemoved },
        vouchedFor: () => (onRecord ? ['use'] : undefined),
      })
    expect(() => judge(false)).toThrow(code('CERTIFICATE_UNTRUSTED'))
    expect(judge(true).ownerId).toBe(ownerIdOf(bob.publicKey))
  })

  it('names who passed on what, founders left out', () => {
    const byAlice = membership(alice, bob, ['use'])
    expect(check(credential(bob, [byAlice, byFounder])).issuers).toEqual([
      { owner: ownerIdOf(alice.publicKey), held: ['invite', 'deploy', 'use'], passedOn: ['use'] },
    ])
    expect(check(credential(alice, [byFounder])).issuers).toEqual([])
  })

  it('issued by an owner since cut counts no further than the admission on record', () => {
    const bytes = credential(bob, [membership(alice, bob, ['deploy', 'use']), byFounder])
    const judge = (onRecord: Permission[] | undefined) =>
      verifyCredential(bytes, {
        ...{ network, nowMs: NOW_MS },
        mayPassOn: ({ owner }) => owner !== ownerIdOf(alice.publicKey),
        vouchedFor: () => onRecord,
      })
    expect(() => judge(undefined)).toThrow(code('CERTIFICATE_UNTRUSTED'))
    expect([...judge(['use', 'invite']).permissions]).toEqual(['use'])
  })

  it('with any byte altered is refused', () => {
    const bytes = credential(alice, [byFounder])
    for (let at = 0; at < bytes.byteLength; at++) {
      const altered = Uint8Array.from(bytes)
      altered[at]! ^= 0x01
      expect(() => check(altered)).toThrow()
    }
  })

  it('longer than eight certificates, or padded, is malformed', () => {
    const chain = Array.from({ length: 9 }, () => byFounder)
    expect(() => check(credential(alice, chain))).toThrow(code('IDENTITY_MALFORMED'))
    expect(() => check(new Uint8Array(20_000))).toThrow(code('IDENTITY_MALFORMED'))
    expect(() => parseCredential(new Uint8Array())).toThrow(code('IDENTITY_MALFORMED'))
  })
})
