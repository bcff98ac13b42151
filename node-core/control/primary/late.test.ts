/** Where two copies part, and what is told of it. */
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import { foundNetwork, generateKey, nodeIdOf } from '../../identity/index.ts'
import type { LogIndex, SalvagedLog } from '../consensus/index.ts'
import { encodeEntry, sealBatch } from '../registry/index.ts'
import { type EndedEra, toEra } from '../succession/index.ts'
import { commonWith, encodeReport, type LateReport, lateCommands, parseReport } from './late.ts'

const at = (index: number): LogIndex => index as LogIndex

/** Entries of these terms after a snapshot of the first. */
function log(start: number, snapshotTerm: number, ...terms: number[]): SalvagedLog {
  const entries = terms.map((term, place) => {
    return { index: at(start + 1 + place), term, payload: new Uint8Array() }
  })
  const last = entries.at(-1) ?? { index: at(start), term: snapshotTerm }
  const members = { voters: [], learners: [] }
  return {
    snapshot: { index: at(start), term: snapshotTerm, state: new Uint8Array(), members },
    ...{ entries, committed: at(start) },
    last: { index: last.index, term: last.term },
  }
}
const ended = (last: number, term: number, ...terms: [number, number][]): EndedEra => ({
  ...{ era: toEra(0), voters: [], last: at(last), term, revision: 0, atMs: 0 },
  terms: terms.map(([term, from]) => [term, at(from)]),
})

interface Case {
  name: string
  own: SalvagedLog
  theirs: EndedEra
  common: number
  compacted?: boolean
}
const CASES: Case[] = [
  { name: 'the same log', own: log(4, 1, 1, 1), theirs: ended(6, 1, [1, 4]), common: 6 },
  { name: 'ours goes further', own: log(4, 1, 1, 1, 2), theirs: ended(6, 1, [1, 4]), common: 6 },
  {
    name: 'theirs goes further',
    own: log(4, 1, 1),
    theirs: ended(9, 2, [1, 4], [2, 7]),
    common: 5,
  },
  {
    name: 'they part in another term',
    own: log(4, 1, 1, 3, 3),
    theirs: ended(7, 2, [1, 4], [2, 6]),
    common: 5,
  },
  {
    name: 'theirs has entries that were overwritten here',
    own: log(4, 1, 1, 3),
    theirs: ended(8, 2, [1, 4], [2, 6]),
    common: 5,
  },
  {
    name: 'our snapshot is beyond what they have',
    own: log(9, 3, 3),
    theirs: ended(6, 1, [1, 4]),
    common: 6,
    compacted: true,
  },
  {
    name: 'our snapshot is of a term that they never saw',
    own: log(6, 3, 3),
    theirs: ended(7, 2, [1, 4], [2, 6]),
    common: 6,
    compacted: true,
  },
  {
    name: 'they know no terms as old as our log, which was committed',
    own: { ...log(2, 1, 1, 1), committed: at(4) },
    theirs: ended(9, 2, [2, 6]),
    common: 4,
  },
  {
    name: 'they know no terms as old as our log, whose end may have been overwritten there',
    own: { ...log(2, 1, 1, 1, 1), committed: at(3) },
    theirs: ended(9, 2, [2, 6]),
    common: 3,
  },
]

describe('what two copies have in common', () => {
  it.each(CASES)('$name', ({ own, theirs, common, compacted = false }) => {
    expect(commonWith(own, theirs)).toEqual({ index: common, compacted })
  })
})

describe('a report of late writes', () => {
  const random = createSeededRandom(3)
  const founder = generateKey(random)
  const author = generateKey(random)
  const createdAt = '2026-11-25T12:00:00.000Z'
  const network = foundNetwork(founder, { name: 'G', consensus: 'raft', createdAt }, random)
  const head = { incarnation: 7, first: 3, settled: 0, timeMs: 12_345 }
  const batch = sealBatch(author, network.id, head, [
    { kind: 'kv.put', body: { key: 'shop/x', value: Uint8Array.of(1, 2) } },
    { kind: 'kv.delete', body: { key: 'shop/y' } },
  ])

  it('names each command beyond the common entry, with its value, and passes over none', () => {
    const own = log(4, 1, 1, 1)
    const [first, second] = own.entries as [(typeof own.entries)[0], (typeof own.entries)[0]]
    first.payload = encodeEntry([batch])
    second.payload = encodeEntry([batch, Uint8Array.of(9)])
    own.committed = at(5)
    expect(lateCommands(network, own, at(6))).toEqual([])
    const late = lateCommands(network, own, at(4))
    const by = { author: nodeIdOf(author.publicKey), incarnation: 7, timeMs: 12_345 }
    expect(late).toMatchObject([
      { ...by, index: 5, committed: true, kind: 'kv.put', subject: 'shop/x', number: 3 },
      { ...by, index: 5, committed: true, kind: 'kv.delete', subject: 'shop/y', number: 4 },
      { index: 6, committed: false, body: { key: 'shop/x', value: Uint8Array.of(1, 2) } },
      { index: 6, committed: false, subject: 'shop/y' },
    ])
  })

  it('is read as it was written, and nothing else is', () => {
    const own = log(4, 1, 1)
    const [only] = own.entries as [(typeof own.entries)[0]]
    only.payload = encodeEntry([batch])
    const report: LateReport = {
      ...{ era: toEra(0), overruledBy: 'ab', atMs: 5, common: at(4), compacted: true },
      ...{ unreadable: false, altered: true, commands: lateCommands(network, own, at(4)) },
      rows: [{ key: 'shop/x', modRevision: 3, value: Uint8Array.of(1) }],
    }
    expect(parseReport(encodeReport(report))).toEqual(report)
    expect(parseReport(encodeReport({ ...report, atMs: -1 }))).toBeUndefined()
  })
})
