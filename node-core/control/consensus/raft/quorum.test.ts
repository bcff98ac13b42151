import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NodeId } from '../../../base/net/index.ts'
import { listOf, replay } from './datadriven.fixture.ts'
import { toIndex } from './positions.ts'
import {
  EVERYTHING,
  type JointVoters,
  jointCommitted,
  jointVoteResult,
  type VoteResult,
} from './quorum.ts'

/** Every way to be a majority, written out. */
function majorities(voters: readonly NodeId[]): NodeId[][] {
  const all = Array.from({ length: 2 ** voters.length }, (_, mask) =>
    voters.filter((_voter, at) => (mask & (1 << at)) !== 0),
  )
  return voters.length === 0 ? [[]] : all.filter((some) => some.length * 2 > voters.length)
}

function naiveCommitted(joint: JointVoters, held: ReadonlyMap<NodeId, number>): number {
  const half = (voters: readonly NodeId[]): number =>
    Math.max(
      ...majorities(voters).map((majority) =>
        Math.min(EVERYTHING, ...majority.map((voter) => held.get(voter) ?? 0)),
      ),
    )
  return Math.min(half(joint.voters), half(joint.outgoing))
}

/** Won: some majority has granted. Lost: whatever is still to come, none will. */
function naiveVote(joint: JointVoters, votes: ReadonlyMap<NodeId, boolean>): VoteResult {
  const some = (voters: readonly NodeId[], counts: (vote: boolean | undefined) => boolean) =>
    majorities(voters).some((majority) => majority.every((voter) => counts(votes.get(voter))))
  const both = (counts: (vote: boolean | undefined) => boolean): boolean =>
    some(joint.voters, counts) && some(joint.outgoing, counts)
  if (both((vote) => vote === true)) return 'won'
  return both((vote) => vote !== false) ? 'pending' : 'lost'
}

const node = fc.integer({ min: 1, max: 7 }).map((digit) => String(digit) as NodeId)
const voters = fc.uniqueArray(node, { maxLength: 6 })
const joint = fc.record({ voters, outgoing: voters })

describe('quorums', () => {
  it('commit what the naive model commits', () => {
    const held = fc.array(fc.tuple(node, fc.nat(9)))
    fc.assert(
      fc.property(joint, held, (config, pairs) => {
        const map = new Map(pairs)
        const index = (voter: NodeId) => {
          const at = map.get(voter)
          return at === undefined ? undefined : toIndex(at)
        }
        expect(jointCommitted(config, index)).toBe(naiveCommitted(config, map))
      }),
      { seed: 1, numRuns: 2_000 },
    )
  })

  it('elect as the naive model elects', () => {
    fc.assert(
      fc.property(joint, fc.array(fc.tuple(node, fc.boolean())), (config, pairs) => {
        const votes = new Map(pairs)
        expect(jointVoteResult(config, (voter) => votes.get(voter))).toBe(naiveVote(config, votes))
      }),
      { seed: 1, numRuns: 2_000 },
    )
  })

  it.each(['majority', 'joint'])('answer as written in tables of %s', (name) => {
    const table = readFileSync(
      path.join(import.meta.dirname, 'testdata/tables', `quorum-${name}.txt`),
      'utf8',
    )
    const replayed = replay(table, (command) => {
      const config = {
        voters: listOf(command.named.get('voters')) as NodeId[],
        outgoing: listOf(command.named.get('outgoing')) as NodeId[],
      }
      const all = [...new Set([...config.voters, ...config.outgoing])].sort()
      const given = listOf(command.named.get('held') ?? command.named.get('votes'))
      const of = (voter: NodeId): string | undefined => given[all.indexOf(voter)]
      if (command.name === 'vote') {
        const votes: Record<string, boolean> = { y: true, n: false }
        return jointVoteResult(config, (voter) => votes[of(voter) ?? ''])
      }
      const committed = jointCommitted(config, (voter) => {
        const held = Number(of(voter))
        return Number.isNaN(held) ? undefined : toIndex(held)
      })
      return committed === EVERYTHING ? 'everything' : String(committed)
    })
    expect(replayed).toBe(table)
  })
})
