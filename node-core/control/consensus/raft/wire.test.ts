import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from '../../../base/codec/index.ts'
import { nodeId } from '../engine.fixture.ts'
import { configurationOf } from './configuration.ts'
import { draftOfChange } from './entries.ts'
import { toIndex, toTerm } from './positions.ts'
import { encodeMessage, parseMessage, type WireMessage } from './wire.ts'

const from = nodeId(1)
const to = nodeId(2)
const envelope = { from, to, term: toTerm(7) }
const configuration = configurationOf({ voters: [from, to], learners: [nodeId(3)] })
const entry = (index: number, term: number, text: string) => ({
  index: toIndex(index),
  term: toTerm(term),
  kind: 'normal' as const,
  data: new TextEncoder().encode(text),
})
const changeEntry = {
  index: toIndex(6),
  term: toTerm(7),
  ...draftOfChange(
    { transition: 'implicit', changes: [{ type: 'addVoter', node: nodeId(4) }] },
    'changeV2',
  ),
}
const append = {
  kind: 'appendEntries' as const,
  ...envelope,
  prevLogIndex: toIndex(3),
  prevLogTerm: toTerm(5),
  leaderCommit: toIndex(2),
  entries: [entry(4, 5, 'a'), entry(5, 7, ''), changeEntry],
}

/** One of each kind, with its bytes: a change of these is a change of the protocol. */
const EXAMPLES: WireMessage[] = [
  append,
  {
    kind: 'appendEntriesReply',
    ...envelope,
    index: toIndex(9),
    rejected: true,
    hintIndex: toIndex(4),
    hintTerm: toTerm(3),
  },
  {
    kind: 'requestVote',
    ...envelope,
    lastLogIndex: toIndex(9),
    lastLogTerm: toTerm(3),
    transfer: true,
  },
  {
    kind: 'preVote',
    ...envelope,
    lastLogIndex: toIndex(9),
    lastLogTerm: toTerm(3),
    transfer: false,
  },
  {
    kind: 'requestVoteReply',
    ...envelope,
    rejected: false,
    committedIndex: toIndex(0),
    committedTerm: toTerm(0),
  },
  {
    kind: 'preVoteReply',
    ...envelope,
    rejected: true,
    committedIndex: toIndex(8),
    committedTerm: toTerm(6),
  },
  { kind: 'heartbeat', ...envelope, leaderCommit: toIndex(3), context: 'c', tick: toIndex(70) },
  { kind: 'heartbeatReply', ...envelope, context: '', tick: toIndex(70) },
  { kind: 'timeoutNow', ...envelope },
  {
    kind: 'propose',
    ...envelope,
    term: toTerm(0),
    entries: [{ kind: 'normal', data: new Uint8Array([1, 2]) }],
  },
  { kind: 'readIndex', ...envelope, term: toTerm(0), context: 'c' },
  { kind: 'readIndexReply', ...envelope, context: 'c', index: toIndex(8) },
  { kind: 'transferLeader', ...envelope, transferee: nodeId(4) },
  {
    kind: 'snapshotChunk',
    ...envelope,
    transfer: 5,
    index: toIndex(8),
    logTerm: toTerm(6),
    configuration,
    sizeBytes: 3,
    offset: 1,
    data: new Uint8Array([8, 9]),
  },
  { kind: 'snapshotWanted', ...envelope, transfer: 5, offset: 3 },
]

describe('messages', () => {
  it.each(EXAMPLES.map((message) => [message.kind, message] as const))(
    'give back %s',
    (_, message) => {
      expect(parseMessage(encodeMessage(message), from, to)).toEqual(message)
    },
  )

  it('keep their bytes', async () => {
    const hex = EXAMPLES.map((message) => {
      const bytes = Buffer.from(encodeMessage(message)).toString('hex')
      return `${message.kind} ${bytes}`
    })
    await expect(`${hex.join('\n')}\n`).toMatchFileSnapshot('testdata/tables/wire.hex')
  })

  const refused: [string, WireMessage][] = [
    ['terms that fall along the log', { ...append, entries: [entry(4, 6, 'a'), entry(5, 5, 'b')] }],
    ['an entry before its time', { ...append, entries: [entry(4, 8, 'a')] }],
    ['an entry older than what it follows', { ...append, entries: [entry(4, 4, 'a')] }],
    ['a term before the first', { ...append, term: toTerm(0) }],
    [
      'a change that is none',
      { ...append, entries: [{ ...entry(4, 7, 'nonsense'), kind: 'changeV2' }] },
    ],
    ['a change of nobody', { ...append, entries: [{ ...entry(4, 7, ''), kind: 'changeV1' }] }],
    ['a proposal of a term', { ...envelope, kind: 'propose', entries: [entry(1, 1, 'a')] }],
    [
      'more of a snapshot than there is',
      { ...(EXAMPLES[13] as WireMessage & { kind: 'snapshotChunk' }), sizeBytes: 2 },
    ],
    [
      'a configuration that contradicts itself',
      {
        ...(EXAMPLES[13] as WireMessage & { kind: 'snapshotChunk' }),
        configuration: { ...configuration, learners: [from] },
      },
    ],
  ]
  it.each(refused)('refuse %s', (_, message) => {
    expect(parseMessage(encodeMessage(message), from, to)).toBeUndefined()
  })

  it.each([
    ['another version', [2, 'timeoutNow', 7]],
    ['an unknown kind', [1, 'coup', 7]],
    ['a field too many', [1, 'timeoutNow', 7, 1]],
    ['a field too few', [1, 'requestVote', 7, 1]],
    ['a kind that every object has', [1, 'constructor', 7]],
    ['no list', 7],
  ])('refuse %s', (_, plain) => {
    expect(parseMessage(encode(plain), from, to)).toBeUndefined()
  })

  it('never throw, whatever a byte is changed to', () => {
    const near = fc
      .tuple(fc.constantFrom(...EXAMPLES), fc.nat(), fc.nat(255))
      .map(([message, at, byte]) => {
        const bytes = Uint8Array.from(encodeMessage(message))
        bytes[at % bytes.byteLength] = byte
        return bytes
      })
    fc.assert(
      fc.property(fc.oneof(near, fc.uint8Array({ maxLength: 60 })), (bytes) => {
        const message = parseMessage(bytes, from, to)
        if (message) expect(new Uint8Array(encodeMessage(message))).toEqual(bytes)
      }),
      { seed: 1, numRuns: 3_000 },
    )
  })
})
