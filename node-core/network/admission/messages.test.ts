import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import { generateKey, type NetworkId } from '../../identity/index.ts'
import {
  type Answer,
  encodeAnswer,
  encodeQuestion,
  openJoinRequest,
  parseAnswer,
  parseQuestion,
  type Question,
  sealJoinRequest,
} from './messages.ts'
import pinned from './testdata/messages.json' with { type: 'json' }

const bytes = Uint8Array.of(1, 2, 3)
const network = 'a'.repeat(64) as NetworkId
const owner = generateKey(createSeededRandom(1))
const code = (name: string) => expect.objectContaining({ code: name })

const questions: Record<string, Question> = {
  about: { ask: 'about' },
  join: { ask: 'join', network, request: bytes },
  renew: { ask: 'renew', membership: [bytes] },
}
const answers: Record<string, Answer> = {
  about: { answer: 'about', network, name: 'Home', node: 'b', nodeName: 'attic', members: 2 },
  admitted: { answer: 'admitted', genesis: bytes, membership: [bytes], addresses: ['/ip4/1'] },
  waiting: { answer: 'waiting', genesis: bytes, since: '2026-11-20T12:00:00.000Z' },
  refused: { answer: 'refused', code: 'INVITE_SPENT', message: 'Used up.', addresses: [] },
}
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex')

describe('join messages', () => {
  it('keep their bytes, which strangers of other versions send', () => {
    const made = {
      questions: Object.fromEntries(
        Object.entries(questions).map(([name, value]) => [name, hex(encodeQuestion(value))]),
      ),
      answers: Object.fromEntries(
        Object.entries(answers).map(([name, value]) => [name, hex(encodeAnswer(value))]),
      ),
    }
    expect(made).toEqual(pinned)
  })

  it('are read back as they were written', () => {
    for (const value of Object.values(questions)) {
      expect(parseQuestion(encodeQuestion(value))).toEqual(value)
    }
    for (const value of Object.values(answers)) {
      expect(parseAnswer(encodeAnswer(value))).toEqual(value)
    }
  })

  it('of any other bytes are malformed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (random) => {
        expect(() => parseQuestion(random)).toThrow(code('JOIN_MALFORMED'))
        expect(() => parseAnswer(random)).toThrow(code('JOIN_MALFORMED'))
      }),
      { seed: 1, numRuns: 500 },
    )
    const tooLong = { ask: 'renew' as const, membership: Array.from({ length: 9 }, () => bytes) }
    expect(() => parseQuestion(encodeQuestion(tooLong))).toThrow(code('JOIN_MALFORMED'))
  })

  it('carry a request that is signed, for one network', () => {
    const request = {
      wish: { kind: 'ask' as const },
      node: owner.publicKey,
      ownerName: 'Bob',
      nodeName: 'laptop',
    }
    const sealed = sealJoinRequest(owner, network, request)
    expect(openJoinRequest(network, sealed)).toEqual({ ownerKey: owner.publicKey, request })
    const elsewhere = 'b'.repeat(64) as NetworkId
    expect(() => openJoinRequest(elsewhere, sealed)).toThrow(code('SIGNATURE_INVALID'))
    const nameless = sealJoinRequest(owner, network, { ...request, ownerName: ' ' })
    expect(() => openJoinRequest(network, nameless)).toThrow(code('JOIN_MALFORMED'))
  })
})
