/** The bytes of what is sent, signed and written down: pinned, bounded, and safe to parse. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeIdOf } from '../../../identity/index.ts'
import type { LogIndex } from '../index.ts'
import { createBlock, endOf, parseBlock } from './block.ts'
import { createCertificate } from './certificate.ts'
import { EVEN, fakeSigner, NETWORK } from './cluster.fixture.ts'
import { encodeEvidence } from './evidence.ts'
import * as limits from './limits.ts'
import { encodeMessage, type Message, parseMessage } from './messages.ts'
import { digestOf, type Epoch, genesisDigest, type Height, type View } from './numbering.ts'
import { createCommittee } from './quorum.ts'
import { type EngineRecord, encodeRecord, parseRecord } from './records.ts'
import { encodeSnapshot, parseSnapshot } from './snapshots.ts'
import pinned from './testdata/formats.json' with { type: 'json' }
import { signVote } from './vote.ts'

const nonce = '0f'.repeat(16)
const signer = fakeSigner('pinned')
const self = nodeIdOf(signer.publicKey)
const committee = createCommittee(1 as Epoch, { voters: [self], learners: [] }, () => EVEN)!
const place = {
  epoch: 0 as Epoch,
  view: 3 as View,
  height: 1 as Height,
  parent: genesisDigest(NETWORK),
  index: 4 as LogIndex,
}
const block = createBlock({
  ...place,
  items: [
    { nonce, payload: Uint8Array.of(1, 2) },
    { nonce: 'ff'.repeat(16), payload: new Uint8Array() },
  ],
  change: undefined,
})
const change = { nonce, committee }
const last = createBlock({ ...place, items: [], change })
const ballot = { epoch: place.epoch, view: place.view }
const vote = signVote(NETWORK, signer, { ...ballot, kind: 'notarise', digest: block.digest })
const other = signVote(NETWORK, signer, { ...ballot, kind: 'notarise', digest: last.digest })
const nullify = signVote(NETWORK, signer, { ...ballot, kind: 'nullify', digest: undefined })
const certificate = createCertificate(vote, [vote])
const content = { index: 6 as LogIndex, base: block, committee, state: Uint8Array.of(9) }
const snapshot = Uint8Array.from(encodeSnapshot(content))
const proven = { block: block.bytes, certificate }
const digest = digestOf(snapshot)

const MESSAGES: Message[] = [
  { kind: 'propose', block: block.bytes, vote, entered: createCertificate(nullify, [nullify]) },
  { kind: 'vote', vote: nullify },
  { kind: 'certificates', certificates: [certificate] },
  { kind: 'items', items: block.items },
  { kind: 'change', change },
  {
    kind: 'status',
    epoch: place.epoch,
    height: place.height,
    digest,
    index: place.index,
    view: place.view,
    lacking: 2 as View,
    isEmpty: false,
  },
  { kind: 'ask', nonce },
  { kind: 'horizon', nonce, epoch: place.epoch, view: place.view },
  { kind: 'want', digest },
  { kind: 'block', block: last.bytes },
  { kind: 'history', blocks: [{ block: block.bytes, certificate: undefined }, proven] },
  { kind: 'links', blocks: [proven] },
  { kind: 'offer', epoch: 1 as Epoch, claims: [{ index: place.index, digest, sizeBytes: 9 }] },
  { kind: 'fetch', digest, offset: 5 },
  { kind: 'chunk', digest, offset: 5, bytes: Uint8Array.of(1) },
]
const RECORDS: EngineRecord[] = [
  { kind: 'vote', vote },
  { kind: 'block', block: block.bytes },
  { kind: 'certificate', certificate },
  { kind: 'link', link: { block: last.bytes, certificate } },
  { kind: 'kept', kept: proven },
  { kind: 'snapshot', snapshot },
]

describe('the formats', () => {
  it('are the pinned ones', () => {
    const made: Record<string, string> = {
      block: digestOf(block.bytes),
      lastOfEpoch: digestOf(last.bytes),
      snapshot: digestOf(snapshot),
      evidence: digestOf(encodeEvidence({ first: vote, second: other })),
    }
    for (const message of MESSAGES)
      made[`message ${message.kind}`] = digestOf(encodeMessage(message))
    for (const record of RECORDS) made[`record ${record.kind}`] = digestOf(encodeRecord(record))
    expect(made).toEqual(pinned)
  })

  it('come back as they were', () => {
    for (const message of MESSAGES) expect(parseMessage(encodeMessage(message))).toEqual(message)
    for (const record of RECORDS) expect(parseRecord(encodeRecord(record))).toEqual(record)
    expect(parseBlock(block.bytes)).toEqual(block)
    expect(parseSnapshot(snapshot)).toMatchObject({ index: 6, base: block, committee })
    expect([endOf(block), endOf(last)]).toEqual([6, 5])
  })

  it.each(MESSAGES.map((message) => [message.kind, encodeMessage(message)] as const))(
    'a changed %s is refused or read, and never thrown over',
    (_, bytes) => {
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1 }), (changes) => {
          const changed = Uint8Array.from(bytes)
          for (const [at, byte] of changes) changed[at % changed.byteLength] = byte
          const message = parseMessage(changed)
          if (message) expect(Buffer.compare(encodeMessage(message), changed)).toBe(0)
        }),
        { seed: 1, numRuns: 150 },
      )
    },
  )
})

describe('a snapshot', () => {
  it('of the largest state can be read again, with the largest block and committee beside it', () => {
    const { STATE_BYTES_MAX, BLOCK_BYTES_MAX, COMMITTEE_BYTES_MAX, SNAPSHOT_BYTES_MAX } = limits
    const heads = 1_024
    const whole = STATE_BYTES_MAX + BLOCK_BYTES_MAX + COMMITTEE_BYTES_MAX + heads
    expect(whole).toBeLessThanOrEqual(SNAPSHOT_BYTES_MAX)
  })
})

describe('a block', () => {
  it.each([
    ['a change beside entries', { ...place, items: block.items, change }],
    [
      'a change for an epoch that is not the next',
      { ...place, epoch: 1 as Epoch, items: [], change },
    ],
    ['view 0', { ...place, view: 0 as View, items: [], change: undefined }],
    ['height 0', { ...place, height: 0 as Height, items: [], change: undefined }],
  ])('with %s is none', (_, draft) => {
    expect(parseBlock(createBlock(draft).bytes)).toBeUndefined()
  })
})
