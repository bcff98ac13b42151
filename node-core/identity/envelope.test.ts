import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from '../base/codec/index.ts'
import { createSeededRandom } from '../base/random/index.ts'
import {
  type EnvelopeContext,
  generateKey,
  type NetworkId,
  openEnvelope,
  sealEnvelope,
} from './index.ts'

const key = generateKey(createSeededRandom(1))
const other = generateKey(createSeededRandom(2))
const network = 'a'.repeat(64) as NetworkId
const payload = encode({ hello: 'world' })
const sealed = sealEnvelope(key, 'membership', network, payload)
const open = (context: EnvelopeContext, of: NetworkId | undefined, bytes: Uint8Array) =>
  openEnvelope(context, of, bytes, { bytesMax: 1_024 })
const code = (name: string) => expect.objectContaining({ code: name })

describe('an envelope', () => {
  it('gives back what was sealed and who sealed it', () => {
    expect(open('membership', network, sealed)).toEqual({ key: key.publicKey, payload })
  })

  it('is worth nothing for another purpose or in another network', () => {
    expect(() => open('node', network, sealed)).toThrow(code('SIGNATURE_INVALID'))
    const elsewhere = 'b'.repeat(64) as NetworkId
    expect(() => open('membership', elsewhere, sealed)).toThrow(code('SIGNATURE_INVALID'))
    expect(() => open('membership', undefined, sealed)).toThrow(code('SIGNATURE_INVALID'))
  })

  it('cannot be claimed by another key', () => {
    const { signature } = { signature: key.sign(payload) }
    const claimed = encode({ key: other.publicKey, payload, signature })
    expect(() => open('membership', network, claimed)).toThrow(code('SIGNATURE_INVALID'))
  })

  it('is refused over its limit, with a field more, and with a field less', () => {
    const signature = new Uint8Array(64)
    const shapes = [
      { key: key.publicKey, payload },
      { key: key.publicKey, payload, signature, extra: 1 },
      { key: key.publicKey, payload: 'text', signature },
      { key: new Uint8Array(31), payload, signature },
      { key: key.publicKey, payload: new Uint8Array(2_000), signature },
      [],
    ]
    for (const shape of shapes) {
      expect(() => open('membership', network, encode(shape))).toThrow(code('IDENTITY_MALFORMED'))
    }
  })

  it('with any bit changed, cut or added is refused', () => {
    fc.assert(
      fc.property(fc.nat(sealed.byteLength * 8 - 1), (bit) => {
        const changed = Uint8Array.from(sealed)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        expect(() => open('membership', network, changed)).toThrow()
      }),
      { seed: 1, numRuns: 200 },
    )
    for (let length = 0; length < sealed.byteLength; length++) {
      const cut = sealed.subarray(0, length)
      expect(() => open('membership', network, cut)).toThrow(code('IDENTITY_MALFORMED'))
    }
    const longer = Uint8Array.from([...sealed, 0])
    expect(() => open('membership', network, longer)).toThrow(code('IDENTITY_MALFORMED'))
  })

  it('of random bytes is malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(() => open('seed', network, bytes)).toThrow(code('IDENTITY_MALFORMED'))
      }),
      { seed: 1, numRuns: 500 },
    )
  })
})
