import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NodeId } from '../../../base/net/index.ts'
import { NETWORK } from './cluster.fixture.ts'
import { leaderOf } from './leader.ts'
import type { Epoch, View } from './numbering.ts'
import {
  type Committee,
  createCommittee,
  faultyWeightMax,
  quorumWeight,
  type Standing,
  toleratesLiars,
  totalWeight,
  weightOfAll,
} from './quorum.ts'

const node = (at: number) => at.toString(16).padStart(64, '0') as NodeId
function committeeOf(standings: readonly Standing[], learners: readonly NodeId[] = []): Committee {
  const voters = standings.map((_, at) => node(at))
  const standingOf = (id: NodeId) => standings[voters.indexOf(id)]!
  return createCommittee(0 as Epoch, { voters, learners }, standingOf)!
}
const even = (count: number) => committeeOf(Array.from({ length: count }, () => ONE))
const ONE: Standing = { weight: 1, trust: 1 }

const anyCommittee = fc
  .array(fc.record({ weight: fc.integer({ min: 1, max: 9 }), trust: fc.constant(1) }), {
    minLength: 1,
    maxLength: 10,
  })
  .map((standings) => committeeOf(standings))

function subsets(committee: Committee): NodeId[][] {
  return Array.from({ length: 2 ** committee.voters.length }, (_, bits) =>
    committee.voters.filter((_voter, at) => bits & (1 << at)).map((voter) => voter.node),
  )
}

describe('a quorum', () => {
  it.each([
    // nodes, may lie, decide
    [1, 0, 1],
    [2, 0, 2],
    [3, 0, 3],
    [4, 1, 3],
    [5, 1, 4],
    [6, 1, 5],
    [7, 2, 5],
    [10, 3, 7],
    [25, 8, 17],
  ])('of %i equal nodes: %i may lie, %i decide', (nodes, liars, deciding) => {
    expect(faultyWeightMax(even(nodes))).toBe(liars)
    expect(quorumWeight(even(nodes))).toBe(deciding)
    expect(toleratesLiars(even(nodes))).toBe(nodes >= 4)
  })

  it('is over two thirds of the weight, and there without any f of it', () => {
    fc.assert(
      fc.property(anyCommittee, (committee) => {
        const [total, quorum] = [totalWeight(committee), quorumWeight(committee)]
        if (toleratesLiars(committee)) expect(quorum).toBe(Math.floor((2 * total) / 3) + 1)
        else expect(quorum).toBe(total)
        expect(total - faultyWeightMax(committee)).toBeGreaterThanOrEqual(quorum)
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  it('shares an honest voter with every other, whoever lies with at most f of the weight', () => {
    fc.assert(
      fc.property(anyCommittee, fc.nat(), fc.nat(), (committee, left, right) => {
        const all = subsets(committee)
        const quorums = all.filter((set) => weightOfAll(committee, set) >= quorumWeight(committee))
        const one = quorums[left % quorums.length]!
        const other = quorums[right % quorums.length]!
        const shared = one.filter((id) => other.includes(id))
        expect(weightOfAll(committee, shared)).toBeGreaterThan(faultyWeightMax(committee))
      }),
      { seed: 2, numRuns: 200 },
    )
  })
})

describe('a committee', () => {
  it.each([
    ['no voters', { voters: [], learners: [] }, ONE],
    ['a voter twice', { voters: [node(1), node(1)], learners: [] }, ONE],
    ['a voter that learns', { voters: [node(1)], learners: [node(1)] }, ONE],
    ['a learner twice', { voters: [node(1)], learners: [node(2), node(2)] }, ONE],
    ['no weight', { voters: [node(1)], learners: [] }, { weight: 0, trust: 1 }],
    ['a fraction', { voters: [node(1)], learners: [] }, { weight: 1.5, trust: 1 }],
    ['no trust', { voters: [node(1)], learners: [] }, { weight: 1, trust: 0 }],
    ['too many', { voters: Array.from({ length: 26 }, (_, at) => node(at)), learners: [] }, ONE],
  ])('with %s is none', (_, members, standing) => {
    const made = () => createCommittee(0 as Epoch, members, () => standing)
    let committee: Committee | undefined
    try {
      committee = made()
    } catch (error) {
      // A fraction has no encoding at all.
      expect(error).toMatchObject({ code: 'CODEC_UNSUPPORTED' })
    }
    expect(committee).toBeUndefined()
  })

  it('has one form, whatever the order it was named in', () => {
    const voters = [node(3), node(1), node(2)]
    const made = createCommittee(0 as Epoch, { voters, learners: [] }, () => ONE)!
    expect(made.voters.map((voter) => voter.node)).toEqual([node(1), node(2), node(3)])
  })
})

describe('the lead', () => {
  const lead = (committee: Committee, views: number) => {
    const counts = new Map<NodeId, number>()
    for (let view = 1; view <= views; view++) {
      const leader = leaderOf(NETWORK, committee, view as View)
      counts.set(leader, (counts.get(leader) ?? 0) + 1)
    }
    return (at: number) => (counts.get(node(at)) ?? 0) / views
  }

  it('goes to each as often as its trust says', () => {
    const trusts = [10, 5, 4, 1]
    const share = lead(committeeOf(trusts.map((trust) => ({ weight: 1, trust }))), 5_000)
    for (const [at, trust] of trusts.entries()) {
      expect(Math.abs(share(at) - trust / 20)).toBeLessThan(0.02)
    }
  })

  it('does not follow the weight of votes', () => {
    const share = lead(committeeOf([{ weight: 9, trust: 1 }, ONE, ONE, ONE]), 4_000)
    expect(Math.abs(share(0) - 0.25)).toBeLessThan(0.03)
  })

  it('is drawn anew in each epoch', () => {
    const committee = even(4)
    const next = { ...committee, epoch: 1 as Epoch }
    const views = Array.from({ length: 64 }, (_, at) => (at + 1) as View)
    const drawn = (of: Committee) => views.map((view) => leaderOf(NETWORK, of, view))
    expect(drawn(committee)).not.toEqual(drawn(next))
    expect(drawn(committee)).toEqual(drawn(committee))
  })
})
