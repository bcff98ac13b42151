/** Whom a node tells of what it waits for. */
import { describe, expect, it } from 'vitest'
import type { ProposalId } from '../index.ts'
import { TELL_ALL_TICKS } from './limits.ts'
import {
  ballot,
  certificateOf,
  createVoter,
  draft,
  drain,
  hear,
  ids,
  leaderAt,
  proposalOf,
  saidIn,
} from './voter.fixture.ts'

/** A view that this node leads as little as the next one, whose leaders are two. */
const VIEW = [1, 2, 3, 4, 5, 6, 7, 8].find((view) => leaderAt(view) !== leaderAt(view + 1))!
const OWN = [0, 1, 2, 3].find((at) => at !== leaderAt(VIEW) && at !== leaderAt(VIEW + 1))!

function createAuthor() {
  const { engine, from } = createVoter(OWN)
  for (let at = 1; at < VIEW; at++) hear(engine, from, certificateOf(ballot('nullify', at)))
  drain(engine)
  const told = (): string[] =>
    saidIn(drain(engine)).flatMap(({ kind, to }) => (kind === 'items' ? [to] : []))
  engine.propose('one' as ProposalId, Buffer.from('y'))
  return { engine, from, told }
}

describe('what a node waits for', () => {
  it('is told to the leader of the view, once', () => {
    const { engine, told } = createAuthor()
    expect(told()).toEqual([ids[leaderAt(VIEW)]])
    engine.tick()
    expect(told()).toEqual([])
  })

  it('is told to the next one where the view has its block already', () => {
    const { engine, from, told } = createAuthor()
    hear(engine, from, proposalOf(draft(VIEW)))
    expect(told()).toEqual([ids[leaderAt(VIEW + 1)]])
  })

  it('is told to the next one when the view went on without it, and not where it is in the block', () => {
    const without = createAuthor()
    without.told()
    hear(without.engine, without.from, proposalOf(draft(VIEW)))
    expect(without.told()).toEqual([ids[leaderAt(VIEW + 1)]])
    const within = createAuthor()
    const items = saidIn(drain(within.engine)).flatMap(({ message }) =>
      message.kind === 'items' ? message.items : [],
    )
    hear(within.engine, within.from, proposalOf(draft(VIEW, { items })))
    expect(within.told()).toEqual([])
  })

  it('is told by nobody else', () => {
    const { engine, from, told } = createAuthor()
    told()
    hear(engine, from, {
      kind: 'items',
      items: [{ nonce: '55'.repeat(16), payload: Buffer.from('z') }],
    })
    expect(told()).toEqual([])
  })

  it('is told to everybody after a while, and again after a longer one', () => {
    const { engine, told } = createAuthor()
    told()
    const others = ids.filter((id) => id !== ids[OWN]).sort()
    for (let tick = 0; tick < TELL_ALL_TICKS; tick++) engine.tick()
    expect(told().sort()).toEqual(others)
    const again = Array.from({ length: 60 }, () => {
      engine.tick()
      return told()
    }).flat()
    expect(again.slice(0, 3).sort()).toEqual(others)
  })
})
