import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from '../../../base/codec/index.ts'
import { nodeId } from '../engine.fixture.ts'
import { configurationOf } from './configuration.ts'
import type { Entry } from './entries.ts'
import { toIndex, toTerm } from './positions.ts'
import { readRecords, recordsOf, type Stored } from './records.ts'

const configuration = configurationOf({ voters: [nodeId(1)], learners: [nodeId(2)] })
const entry = (index: number, term: number, text = 'x'): Entry => ({
  index: toIndex(index),
  term: toTerm(term),
  kind: 'normal',
  data: new TextEncoder().encode(text),
})
const snapshot = {
  index: toIndex(4),
  term: toTerm(2),
  configuration,
  state: new Uint8Array([1, 2, 3]),
}
const hard = (term: number, commit: number, vote?: number) => ({
  term: toTerm(term),
  votedFor: vote === undefined ? undefined : nodeId(vote),
  commit: toIndex(commit),
})
const stored: Stored = {
  snapshot,
  entries: [entry(5, 2), entry(6, 3)],
  hardState: hard(3, 5, 2),
}
const nothing = { snapshot: undefined, entries: [], hardState: undefined }
const damaged = expect.objectContaining({ code: 'RAFT_RECORDS_DAMAGED' })

describe('records', () => {
  it('give back what was stored', () => {
    expect(readRecords(recordsOf(stored))).toEqual(stored)
  })

  it('keep their bytes', async () => {
    const hex = recordsOf(stored).map((record) => Buffer.from(record).toString('hex'))
    await expect(`${hex.join('\n')}\n`).toMatchFileSnapshot('testdata/tables/records.hex')
  })

  it('let later entries take the place of earlier ones, and a snapshot that of all', () => {
    const more = recordsOf({ ...nothing, entries: [entry(6, 4, 'y'), entry(7, 4)] })
    const read = readRecords([...recordsOf(stored), ...more])
    expect(read.entries.map(({ index, term }) => [index, term])).toEqual([
      [5, 2],
      [6, 4],
      [7, 4],
    ])
    const later = { ...snapshot, index: toIndex(9), term: toTerm(5) }
    const after = readRecords([...recordsOf(stored), ...recordsOf({ ...nothing, snapshot: later })])
    expect(after.entries).toEqual([])
    expect(after.hardState).toEqual({ term: 5, votedFor: undefined, commit: 9 })
  })

  it('are a state of the node however far a write got', () => {
    const next: Stored = {
      snapshot: { ...snapshot, index: toIndex(8), term: toTerm(4) },
      entries: [entry(9, 4), entry(10, 6)],
      hardState: hard(6, 9, 1),
    }
    const all = [...recordsOf(stored), ...recordsOf(next)]
    for (let count = 0; count <= all.length; count++) {
      // Without the snapshot nothing after it makes sense; nobody writes it so.
      const read = readRecords(all.slice(0, count))
      const last = read.entries.at(-1) ?? read.snapshot
      expect(read.hardState?.term ?? 0).toBeGreaterThanOrEqual(last?.term ?? 0)
      expect(read.hardState?.commit ?? 0).toBeLessThanOrEqual(last?.index ?? 0)
      expect(read.hardState?.commit ?? 0).toBeGreaterThanOrEqual(read.snapshot?.index ?? 0)
    }
  })

  it('split what is too much for one', () => {
    const entries = Array.from({ length: 8 }, (_, at) => ({
      ...entry(at + 1, 1),
      data: new Uint8Array(100_000).fill(at),
    }))
    const records = recordsOf({ ...nothing, entries })
    expect(records.length).toBe(4)
    expect(readRecords(records).entries).toEqual(entries)
  })

  const wrong: [string, Uint8Array[]][] = [
    ['a gap', recordsOf({ ...nothing, entries: [entry(2, 1)] })],
    [
      'entries before the snapshot',
      [...recordsOf(stored), ...recordsOf({ ...nothing, entries: [entry(4, 2)] })],
    ],
    ['a term that falls', recordsOf({ ...nothing, entries: [entry(1, 2), entry(2, 1)] })],
    ['committed entries that are gone', recordsOf({ ...nothing, hardState: hard(1, 3) })],
    ['another version', [encode([2, 'hardState', 1, null, 0])]],
    ['another kind', [encode([1, 'soft', 1])]],
    ['no record at all', [new Uint8Array([0xff])]],
  ]
  it.each(wrong)('say so where there is %s', (_, records) => {
    expect(() => readRecords(records)).toThrow(damaged)
  })

  it('are read or refused, whatever a byte is changed to', () => {
    const records = recordsOf(stored)
    fc.assert(
      fc.property(fc.nat(records.length - 1), fc.nat(), fc.nat(255), (which, at, byte) => {
        const changed = records.map((record) => Uint8Array.from(record))
        const record = changed[which]!
        record[at % record.byteLength] = byte
        try {
          readRecords(changed)
        } catch (error) {
          expect(error).toEqual(damaged)
        }
      }),
      { seed: 1, numRuns: 1_000 },
    )
  })
})
