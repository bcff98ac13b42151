import { describe, expect, it } from 'vitest'
import type { ProposalId } from '../index.ts'
import { Fates } from './fates.ts'
import { type Term, toIndex, toTerm } from './positions.ts'

const id = (name: string): ProposalId => name as ProposalId
const at = (index: number, term: number) => ({ index: toIndex(index), term: toTerm(term) })
const log =
  (terms: Record<number, number>) =>
  (index: number): Term | undefined =>
    terms[index] === undefined ? undefined : toTerm(terms[index])

describe('the fate of a proposal', () => {
  it('is told when its own entry is committed, once', () => {
    const fates = new Fates()
    fates.watch(id('a'), at(5, 2))
    fates.watch(id('b'), at(6, 2))
    fates.committedTo(at(5, 2), log({ 5: 2 }))
    expect(fates.take()).toEqual([{ id: 'a', outcome: 'committed', index: 5 }])
    fates.committedTo(at(5, 2), log({ 5: 2 }))
    expect(fates.take()).toEqual([])
    expect(fates.size).toBe(1)
  })

  it('is superseded by another entry in its place', () => {
    const fates = new Fates()
    fates.watch(id('a'), at(5, 2))
    fates.committedTo(at(5, 3), log({ 5: 3 }))
    expect(fates.take()).toEqual([{ id: 'a', outcome: 'refused', code: 'SUPERSEDED' }])
  })

  it('is superseded by a later term before its place', () => {
    const fates = new Fates()
    fates.watch(id('a'), at(9, 2))
    fates.committedTo(at(5, 3), log({ 5: 3 }))
    expect(fates.take()).toEqual([{ id: 'a', outcome: 'refused', code: 'SUPERSEDED' }])
  })

  it('waits while an earlier term is committed before its place', () => {
    const fates = new Fates()
    fates.watch(id('a'), at(9, 2))
    fates.committedTo(at(5, 1), log({ 5: 1 }))
    fates.committedTo(at(8, 2), log({ 8: 2 }))
    expect(fates.take()).toEqual([])
    // Overwritten in this log, and back again from another's: it was never lost.
    fates.committedTo(at(10, 4), log({ 9: 2, 10: 4 }))
    expect(fates.take()).toEqual([{ id: 'a', outcome: 'committed', index: 9 }])
  })

  it('is unknown where a snapshot passed over its place', () => {
    const fates = new Fates()
    fates.watch(id('a'), at(5, 2))
    fates.watch(id('b'), at(12, 2))
    fates.committedTo(at(10, 3), log({ 10: 3 }))
    expect(fates.take()).toEqual([
      { id: 'a', outcome: 'unknown' },
      { id: 'b', outcome: 'refused', code: 'SUPERSEDED' },
    ])
  })
})
