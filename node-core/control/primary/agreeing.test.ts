import { describe, expect, it } from 'vitest'
import { agreed, type Word } from './agreeing.ts'
import { failure } from './failures.ts'
import type { Question } from './messages.ts'

const QUERY: Question = { kind: 'query', query: { what: 'key', key: 'a/x' }, stale: false }
const CHANGES: Question = { kind: 'changes', prefix: '', from: 5, waitMs: 0 }
const row = (value: string, modRevision = 3) => ({
  ...{ key: 'a/x', value: new Uint8Array(Buffer.from(value)), lease: null },
  ...{ createRevision: 1, modRevision, version: 2 },
})
const read = (revision: number, value: string, modRevision = 3): Word => ({
  value: { revision, row: row(value, modRevision) },
})
const refused = (code: 'FORBIDDEN' | 'COMPACTED'): Word => ({
  refused: code,
  error: failure(code, code),
})
const changes = (next: number, ...revisions: number[]): Word => ({
  value: {
    events: revisions.map((revision) => ({ revision, key: 'a/x', row: row('v', revision) })),
    next,
  },
})

describe('what two of three say', () => {
  it('counts, as of the lowest revision at which it stood', () => {
    expect(agreed(QUERY, [read(9, 'good'), read(7, 'good')], 2)).toEqual(read(7, 'good'))
  })

  it.each<[string, Word[]]>([
    ['one alone', [read(9, 'good')]],
    ['one against one', [read(9, 'good'), read(9, 'bad')]],
    ['one whose row is younger than its revision', [read(9, 'good', 8), read(1, 'good', 8)]],
    ['a refusal against a value', [read(9, 'good'), refused('FORBIDDEN')]],
  ])('is nothing yet: %s', (_, words) => {
    expect(agreed(QUERY, words, 2)).toBeUndefined()
  })

  it('beats what one says, whoever comes first', () => {
    const words = [read(9, 'bad'), read(8, 'good'), read(9, 'good')]
    expect(agreed(QUERY, words, 2)).toEqual(read(8, 'good'))
  })

  it('may be a refusal', () => {
    const said = [refused('FORBIDDEN'), read(1, 'x', 1), refused('FORBIDDEN')]
    expect(agreed(QUERY, said, 2)).toMatchObject({ refused: 'FORBIDDEN' })
  })

  it('of a lease is the shortest time that is left', () => {
    const lease = (leftMs: number): Word => ({ value: { lease: { ttlMs: 9_000, leftMs } } })
    expect(agreed(QUERY, [lease(800), lease(700)], 2)).toEqual(lease(700))
    const none: Word = { value: { lease: null } }
    expect(agreed(QUERY, [none, lease(1), none], 2)).toEqual(none)
  })
})

describe('changes that two of three tell', () => {
  it('count up to where both have come', () => {
    expect(agreed(CHANGES, [changes(9, 5, 8), changes(7, 5)], 2)).toEqual(changes(7, 5))
    expect(agreed(CHANGES, [changes(9, 5, 8), changes(9, 5, 8)], 2)).toEqual(changes(9, 5, 8))
  })

  it('are none where they differ, or one has made them up', () => {
    expect(agreed(CHANGES, [changes(9, 5, 8), changes(9, 5, 7)], 2)).toBeUndefined()
    const words = [changes(30, 5, 6, 29), changes(9, 5, 8), changes(8, 5)]
    expect(agreed(CHANGES, words, 2)).toEqual(changes(8, 5))
  })

  it.each<[string, Word]>([
    ['from before anything was written', changes(1)],
    ['that ends before it begins', changes(4)],
    ['of what came before what was asked for', changes(6, 4)],
    ['of what comes after its end', changes(5, 5)],
    ['that turns the order', changes(9, 8, 5)],
  ])('are not an answer %s, to which any other would say nothing against', (_, lie) => {
    expect(agreed(CHANGES, [lie, changes(9, 5, 8)], 2)).toBeUndefined()
    expect(agreed(CHANGES, [lie, lie, changes(9, 5, 8)], 2)).toBeUndefined()
    const words = [lie, changes(9, 5, 8), changes(9, 5, 8)]
    expect(agreed(CHANGES, words, 2)).toEqual(changes(9, 5, 8))
  })

  it('are forgotten where two say so, and nobody else can tell', () => {
    const gone = (compacted: number): Word => ({ value: { compacted } })
    expect(agreed(CHANGES, [gone(40), changes(9, 5)], 2)).toBeUndefined()
    expect(agreed(CHANGES, [gone(40), changes(9, 5), gone(30)], 2)).toEqual(gone(30))
    expect(agreed(CHANGES, [gone(4), changes(9, 5), changes(9, 5)], 2)).toEqual(changes(9, 5))
  })
})
