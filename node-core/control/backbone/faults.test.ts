/** The policy alone through deaths, returns, joins, and people who change their minds. */
import { describe, expect, it } from 'vitest'
import { runTrial } from './backbone.fixture.ts'
import { isFit } from './index.ts'
import { GRACE_MS, STEADY_MS } from './limits.ts'
import { quorumOf } from './sizes.ts'

describe.each(['raft', 'simplex'] as const)('the committee of %s', (engine) => {
  it('keeps its rules in any order of faults, and comes to rest', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { atRest, faults, input, moves } = runTrial(seed, engine)
      expect({ seed, atRest }).toEqual({ seed, atRest: true })
      // Learners in, learners up, somebody out, and those that never learn, once each five minutes.
      expect({ seed, few: moves <= 6 * faults + 60 }).toEqual({ seed, few: true })
      if (!input) continue
      const { members, nodes } = input
      const heard = nodes.filter(({ node, silentMs }) => {
        return members.voters.includes(node) && silentMs === 0
      })
      if (heard.length < quorumOf(engine, members.voters.length)) continue
      // Nobody silent holds a seat that somebody else could take.
      const votes = (node: string): boolean => members.voters.some((voter) => voter === node)
      const free = nodes.filter((one) => {
        const isTaken = one.repute !== 'doubtful' && one.upMs > STEADY_MS && !one.stalled
        return isFit(one) && !votes(one.node) && isTaken
      })
      const lost = nodes.filter((one) => votes(one.node) && one.silentMs > GRACE_MS)
      const unfit = nodes.filter((one) => votes(one.node) && !isFit(one))
      const isIdle = members.learners.length === 0
      const wasted = isIdle && free.length > 0 && lost.length > 0
      // Somebody has to keep the registry, even if nobody wants to.
      const isLeft = heard.some(isFit)
      expect({ seed, wasted, unfit: isLeft && unfit.length > 0 }).toEqual({
        ...{ seed, wasted: false, unfit: false },
      })
    }
  })

  it('goes the same way from the same seed', () => {
    expect(runTrial(7, engine)).toEqual(runTrial(7, engine))
  })
})
