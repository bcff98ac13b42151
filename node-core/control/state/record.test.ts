import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from '../../base/codec/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import {
  encodeAnswer,
  encodePush,
  encodeQuestion,
  parseAnswer,
  parsePush,
  parseQuestion,
} from './messages.ts'
import type { Position } from './position.ts'
import { hashOf, parseRecord, signRecord, verifyRecord } from './record.ts'
import { type Ordered, supersedes } from './rules.ts'
import {
  FOUNDER,
  NETWORK,
  nodeNamed,
  ownerNamed,
  toyCredential,
  toySigner,
  verifyToy,
  verifyToyCredential,
} from './state.fixture.ts'

const credential = toyCredential('a', FOUNDER)
const author = verifyToyCredential(credential)
const RECORD = signRecord(
  {
    key: 'net/workload/web',
    value: { replicas: 3, image: 'web' },
    generation: 2,
    claim: ownerNamed('founder'),
    position: [65_536, 7],
    previous: [65_536, 6],
    credential: hashOf(credential),
  },
  author,
  toySigner('a'),
  NETWORK,
)
const SEED = 20_261_120

describe('a record on the wire', () => {
  it('comes back as it was signed', () => {
    const parsed = parseRecord(RECORD.bytes)!
    expect(verifyRecord(parsed, author, NETWORK, verifyToy)).toEqual(RECORD)
  })

  it('keeps its form: changing it is a decision', () => {
    expect(RECORD.id).toBe('0c35a2549670f5b3a34d86dcbf987001')
    expect(RECORD.bytes.byteLength).toBe(210)
  })

  it('does not survive a changed bit', () => {
    fc.assert(
      fc.property(fc.nat(RECORD.bytes.byteLength - 1), fc.nat(7), (at, bit) => {
        const bytes = RECORD.bytes.slice()
        bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
        const parsed = parseRecord(bytes)
        return !parsed || verifyRecord(parsed, author, NETWORK, verifyToy) === undefined
      }),
      { seed: SEED, numRuns: 1_000 },
    )
  })

  it.each([
    ['another node’s key', { key: `node/${nodeNamed('b')}/profile`, generation: 0 }],
    ['a generation of 0 for a net key', { generation: 0 }],
    ['a generation for a node key', { key: `node/${author.nodeId}/x`, generation: 1 }],
    ['a previous position that is later', { previous: [65_536, 7] as Position }],
    ['a key with a dot-dot and a space', { key: 'net/workload/../ x' }],
    ['a key over its length', { key: `net/workload/${'x'.repeat(256)}` }],
  ])('is not parsed with %s', (_, change) => {
    const draft = { ...RECORD, claim: RECORD.claim as OwnerId, ...change }
    expect(parseRecord(signRecord(draft, author, toySigner('a'), NETWORK).bytes)).toBeUndefined()
  })
})

describe('parsers of what peers send', () => {
  const valid = [
    RECORD.bytes,
    encodePush({ credentials: [credential], records: [RECORD.bytes] }),
    encodeQuestion({ kind: 'root', root: new Uint8Array(16) }),
    encodeQuestion({
      kind: 'exchange',
      digest: {
        authors: [
          { author: RECORD.author, mark: RECORD.position, fingerprint: new Uint8Array(16) },
        ],
        credentials: [new Uint8Array(16)],
      },
      delta: {
        credentials: [credential],
        ranges: [
          {
            author: RECORD.author,
            from: [0, 0],
            to: RECORD.position,
            records: [RECORD.bytes],
            head: RECORD.bytes,
          },
        ],
      },
    }),
    encodeAnswer({ kind: 'same' }),
    encodeAnswer({ kind: 'delta', delta: { credentials: [], ranges: [] } }),
  ]
  const parsers = [parseRecord, parsePush, parseQuestion, parseAnswer]

  it('understand what honest nodes write', () => {
    const [record, push, root, exchange, same, delta] = valid as [Uint8Array, ...Uint8Array[]]
    expect(parseRecord(record)).toBeDefined()
    expect(parsePush(push!)).toEqual({ credentials: [credential], records: [RECORD.bytes] })
    for (const bytes of [root!, exchange!]) {
      expect(encodeQuestion(parseQuestion(bytes)!)).toEqual(bytes)
    }
    for (const bytes of [same!, delta!]) expect(encodeAnswer(parseAnswer(bytes)!)).toEqual(bytes)
  })

  it('never throw, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        for (const parse of parsers) parse(bytes)
      }),
      { seed: SEED, numRuns: 1_000 },
    )
  })

  it('never throw on well-formed nonsense', () => {
    const plain = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constant(null),
        fc.boolean(),
        fc.maxSafeInteger(),
        fc.constantFrom('root', 'exchange', 'push', 'delta', 'digest', 'same'),
        fc.uint8Array({ maxLength: 33 }),
        fc.array(tie('value'), { maxLength: 9 }),
      ),
    })).value
    fc.assert(
      fc.property(plain, (value) => {
        const bytes = encode(value)
        for (const parse of parsers) parse(bytes)
      }),
      { seed: SEED, numRuns: 1_000 },
    )
  })

  it('never throw on a valid message with a changed, missing or added byte', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...valid),
        fc.nat(),
        fc.nat(255),
        fc.nat(2),
        (bytes, n, to, how) => {
          const at = n % bytes.byteLength
          const left = bytes.subarray(0, at)
          const right = bytes.subarray(how === 1 ? at : at + 1)
          const middle = how === 2 ? [] : [to]
          const spoilt = new Uint8Array([...left, ...middle, ...right])
          for (const parse of parsers) parse(spoilt)
        },
      ),
      { seed: SEED, numRuns: 1_000 },
    )
  })
})

describe('the order of two records of one key', () => {
  const record = fc.record({
    author: fc.constantFrom('a', 'b', 'c').map(nodeNamed),
    owner: fc.constantFrom('x', 'founder').map(ownerNamed),
    claim: fc.constantFrom('x', 'y', 'z').map(ownerNamed),
    generation: fc.integer({ min: 1, max: 3 }),
    position: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    id: fc.constantFrom('1', '2', '3', '4'),
  })
  const complete = (fields: typeof record extends fc.Arbitrary<infer T> ? T : never): Ordered => ({
    ...fields,
    key: 'net/workload/web',
    value: 1,
    incarnation: fields.position[0],
    counter: fields.position[1],
  })
  const isFounder = ({ owner }: { owner: OwnerId }): boolean => owner === ownerNamed('founder')

  it.each(['generation', 'owned', 'permanent'] as const)('is strict and total for %s', (order) => {
    const above = (a: Ordered, b: Ordered): boolean => supersedes(a, b, order, isFounder)
    fc.assert(
      fc.property(record, record, record, (one, two, three) => {
        const [a, b, c] = [complete(one), complete(two), complete(three)]
        const irreflexive = !above(a, a)
        const oneWay = a.id === b.id || above(a, b) !== above(b, a)
        const distinct = new Set([a.id, b.id, c.id]).size === 3
        const transitive = !(distinct && above(a, b) && above(b, c)) || above(a, c)
        return irreflexive && oneWay && transitive
      }),
      { seed: SEED, numRuns: 1_000 },
    )
  })
})
