import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Entry } from './entries.ts'
import { RaftLog, TO_THE_END } from './log.ts'
import { toIndex, toTerm } from './positions.ts'

const entry = (index: number, term: number): Entry => ({
  index: toIndex(index),
  term: toTerm(term),
  kind: 'normal',
  data: new Uint8Array([index, term]),
})
const logOf = (terms: readonly number[]): RaftLog =>
  new RaftLog(
    undefined,
    terms.map((term, at) => entry(at + 1, term)),
  )
const termsOf = (log: RaftLog): number[] =>
  log.slice(log.firstIndex, TO_THE_END, Number.MAX_SAFE_INTEGER).map(({ term }) => term)
const rising = fc.array(fc.nat(5), { maxLength: 12 }).map((terms) => terms.map((t) => t + 1).sort())

describe('the log', () => {
  it('finds the last place where it can agree, as a search from the end does', () => {
    fc.assert(
      fc.property(rising, fc.nat(12), fc.nat(14), fc.nat(7), (terms, cut, index, term) => {
        const log = logOf(terms)
        log.commitTo(log.lastIndex)
        log.acceptApplying(log.lastIndex)
        log.compact(toIndex(Math.min(cut, terms.length)))
        let at = index
        while (at > 0 && (log.term(toIndex(at)) ?? 0) > term) at--
        expect(log.findConflictByTerm(toIndex(index), toTerm(term))).toMatchObject({
          index: at,
          term: log.term(toIndex(at)),
        })
      }),
      { seed: 1, numRuns: 3_000 },
    )
  })

  it('replaces what stands at the place of new entries and after, and hands it out anew', () => {
    const log = logOf([1, 1, 1])
    log.append([entry(4, 1), entry(5, 1)])
    expect(log.nextUnstable().map(({ index }) => index)).toEqual([4, 5])
    log.acceptUnstable()
    expect(log.hasNextUnstable).toBe(false)
    log.append([entry(3, 2)])
    expect(termsOf(log)).toEqual([1, 1, 2])
    expect(log.nextUnstable().map(({ index, term }) => [index, term])).toEqual([[3, 2]])
  })

  it('commits by counting only what is of the present term', () => {
    const log = logOf([1, 1, 2])
    expect(log.maybeCommit(toIndex(2), toTerm(2))).toBe(false)
    expect(log.maybeCommit(toIndex(3), toTerm(2))).toBe(true)
    expect(log.committed).toBe(3)
  })

  it('never replaces what is committed, nor leaves a gap, nor commits what it lacks', () => {
    const log = logOf([1, 1, 1])
    log.commitTo(toIndex(2))
    expect(() => log.append([entry(2, 2)])).toThrow('committed entry')
    expect(() => log.append([entry(5, 2)])).toThrow('gap')
    expect(() => log.commitTo(toIndex(4))).toThrow('beyond the log')
  })

  it('judges what is up-to-date by the last term, then by the length', () => {
    const log = logOf([1, 2, 2])
    const isUpToDate = (index: number, term: number): boolean =>
      log.isUpToDate({ index: toIndex(index), term: toTerm(term) })
    expect(isUpToDate(1, 3)).toBe(true)
    expect(isUpToDate(3, 2)).toBe(true)
    expect(isUpToDate(2, 2)).toBe(false)
    expect(isUpToDate(9, 1)).toBe(false)
  })

  it('hands out as much as fits and at least one entry', () => {
    const log = logOf([1, 1, 1, 1])
    const lengths = [0, 1, 51, 52, 104, 1_000].map(
      (bytesMax) => log.slice(toIndex(1), TO_THE_END, bytesMax).length,
    )
    expect(lengths).toEqual([1, 1, 1, 2, 4, 4])
  })

  it('keeps the term of the last entry it forgot, and nothing before', () => {
    const log = logOf([1, 2, 3, 3])
    log.commitTo(toIndex(3))
    log.acceptApplying(toIndex(3))
    log.compact(toIndex(2))
    expect([1, 2, 3, 4, 5].map((index) => log.term(toIndex(index)))).toEqual([
      undefined,
      2,
      3,
      3,
      undefined,
    ])
    expect(() => log.compact(toIndex(4))).toThrow('not applied')
  })
})
