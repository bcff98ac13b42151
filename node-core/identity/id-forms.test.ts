import { publicKeyFromRaw } from '@libp2p/crypto/keys'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../base/random/index.ts'
import { didOf, nodeIdOf, parseAnyId, parsePublicKey, peerIdOf } from './id-forms.ts'
import {
  encodeOpenSshPublicKey,
  encodePrivateKeyPem,
  generateKey,
  keyFromSeed,
  parsePrivateKeyPem,
} from './keys.ts'

// The vector of the contract; its seed is the first test of RFC 8032.
const SEED = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'
const PUBLIC_KEY = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'
const NODE_ID = '21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9'
const DID = 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw'

const key = keyFromSeed(Buffer.from(SEED, 'hex'))

describe('the forms of a key', () => {
  it('are those of the contract', () => {
    expect(Buffer.from(key.publicKey).toString('hex')).toBe(PUBLIC_KEY)
    expect(nodeIdOf(key.publicKey)).toBe(NODE_ID)
    expect(didOf(key.publicKey)).toBe(DID)
  })

  it('include the peer id that libp2p gives it', () => {
    const theirs = peerIdFromPublicKey(publicKeyFromRaw(key.publicKey)).toString()
    expect(peerIdOf(key.publicKey)).toBe(theirs)
    expect(theirs).toMatch(/^12D3KooW/)
  })

  it('all name the same node', () => {
    for (const form of [NODE_ID, NODE_ID.toUpperCase(), DID, peerIdOf(key.publicKey)]) {
      expect(parseAnyId(form)).toBe(NODE_ID)
    }
  })

  it('are told from a name, a cut id and a key of another kind', () => {
    const rsa = 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG'
    for (const text of [
      '',
      'laptop',
      DID.slice(0, -1),
      `${NODE_ID}0`,
      'did:key:',
      rsa,
      'z'.repeat(5000),
    ]) {
      expect(parseAnyId(text)).toBeUndefined()
    }
  })

  it('survive any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (text) => {
        expect(parsePublicKey(text)).toBeUndefined()
      }),
      { seed: 1 },
    )
  })
})

describe('a private key', () => {
  it('comes back from its PEM', () => {
    const again = parsePrivateKeyPem(encodePrivateKeyPem(key))
    expect(Buffer.from(again.seed).toString('hex')).toBe(SEED)
    expect(again.publicKey).toEqual(key.publicKey)
  })

  it('signs as RFC 8032 does', () => {
    expect(Buffer.from(key.sign(new Uint8Array())).toString('hex')).toBe(
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155' +
        '5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
    )
  })

  it('of a seeded random is always the same, and of another seed another', () => {
    const one = generateKey(createSeededRandom(1))
    expect(generateKey(createSeededRandom(1)).publicKey).toEqual(one.publicKey)
    expect(generateKey(createSeededRandom(2)).publicKey).not.toEqual(one.publicKey)
  })

  it.each(['', 'not a key', '-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----\n'])(
    'is refused when its PEM is damaged: %j',
    (pem) => {
      expect(() => parsePrivateKeyPem(pem)).toThrow(
        expect.objectContaining({ code: 'IDENTITY_MALFORMED' }),
      )
    },
  )

  it('has the public form that ssh reads', () => {
    const line = encodeOpenSshPublicKey(key.publicKey, 'mycelium-node')
    expect(line).toBe(
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea ' +
        'mycelium-node',
    )
  })
})
