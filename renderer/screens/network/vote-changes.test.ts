import { describe, expect, it } from 'vitest'
import { makeScenario } from '../../testing/scenarios/index.ts'
import { voteChangesOf } from './vote-changes.ts'

const { nodes } = makeScenario('busy')
const of = (name: string, consensus: 'raft' | 'simplex' = 'raft') => {
  const node = nodes.find((each) => each.name === name)
  return node && voteChangesOf(node, consensus)
}

describe('what an admin may change about a vote', () => {
  it.each([
    ['attic', ['demote']],
    ['ben-workshop', ['transfer', 'demote', 'release']],
    // It does not answer, so it cannot lead.
    ['lab-server', ['demote']],
    ['kitchen-laptop', ['promote']],
    ['ben-phone', []],
  ])('of %s', (name, changes) => {
    expect(of(name)).toEqual(changes)
  })

  it('hands the lead to nobody under Simplex, where it goes round by itself', () => {
    expect(of('ben-workshop', 'simplex')).toEqual(['demote', 'release'])
    expect(of('lab-server', 'simplex')).toEqual(['demote'])
  })

  it('gives no vote to one that is out of sight', () => {
    const gone = nodes.find(({ name }) => name === 'kitchen-laptop')
    expect(gone && voteChangesOf({ ...gone, liveness: 'dead' }, 'raft')).toEqual([])
  })
})
