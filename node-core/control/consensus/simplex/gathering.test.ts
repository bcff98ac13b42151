import { describe, expect, it } from 'vitest'
import type { ProposalId } from '../index.ts'
import { createCrowd } from './gathering.ts'
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

/** After blocks with so many items, those that waited for the next included. */
function crowdAfter(...counts: readonly number[]) {
  const crowd = createCrowd()
  for (const count of counts) crowd.answered(count)
  crowd.look(true)
  return crowd
}

describe('a crowd', () => {
  it('is waited for until as many have come as before', () => {
    const crowd = crowdAfter(4, 4)
    expect(crowd.isMissed(3)).toBe(true)
    expect(crowd.isAwaited).toBe(true)
    expect(crowd.isMissed(4)).toBe(false)
    expect(crowd.isAwaited).toBe(false)
  })

  it('is waited for no longer than the host lets', () => {
    const crowd = crowdAfter(4, 4)
    expect(crowd.isMissed(3)).toBe(true)
    crowd.look(false)
    expect(crowd.isAwaited).toBe(false)
    expect(crowd.isMissed(3)).toBe(false)
  })

  it('is none where somebody proposes now and then', () => {
    expect(crowdAfter(1, 1, 2).isMissed(1)).toBe(false)
    expect(crowdAfter(2, 1, 2).isMissed(1)).toBe(true)
    expect(crowdAfter(2, 2, 1).isMissed(1)).toBe(false)
  })
})

describe('a leader, once the block before is final', () => {
  /** Leads the third of three views; the two before held two items each. */
  const VIEW = Array.from({ length: 60 }, (_, at) => at + 1).find((view) => {
    return leaderAt(view + 2) !== leaderAt(view) && leaderAt(view + 2) !== leaderAt(view + 1)
  })!

  function createLeader() {
    const { engine, from } = createVoter(leaderAt(VIEW + 2))
    for (let at = 1; at < VIEW; at++) hear(engine, from, certificateOf(ballot('nullify', at)))
    let parent = draft(VIEW, { items: itemsOf('12') })
    const blocks = [parent]
    const place = { height: 2, index: 2 } as Pick<typeof parent, 'height' | 'index'>
    parent = draft(VIEW + 1, { ...place, parent: parent.digest, items: itemsOf('34') })
    blocks.push(parent)
    for (const block of blocks) {
      hear(engine, from, proposalOf(block))
      hear(engine, from, certificateOf(ballot('notarise', block.view, block.digest)))
      hear(engine, from, certificateOf(ballot('finalise', block.view, block.digest)))
      drain(engine)
    }
    expect(engine.status().committed).toBe(4)
    engine.propose('own' as ProposalId, Buffer.from('y'))
    const proposes = (mayWait: boolean): boolean => {
      const ready = engine.ready({ mayWait })
      if (ready) engine.advance()
      return ready !== undefined && saidIn([ready]).some(({ kind }) => kind === 'propose')
    }
    return { engine, from, proposes }
  }
  const itemsOf = (names: string) =>
    [...names].map((name) => ({ nonce: name.repeat(32), payload: Buffer.from(name) }))

  it('waits for whom the last blocks held, while it may', () => {
    const { engine, proposes } = createLeader()
    expect(proposes(true)).toBe(false)
    expect(engine.waitsForOthers).toBe(true)
    expect(proposes(false)).toBe(true)
    expect(engine.waitsForOthers).toBe(false)
  })

  it('proposes as soon as they are there', () => {
    const { engine, proposes } = createLeader()
    const from = ids.find((id) => id !== engine.self)!
    hear(engine, from, { kind: 'items', items: itemsOf('5') })
    expect(proposes(true)).toBe(true)
  })

  it('waits no longer than a tick', () => {
    const { engine, proposes } = createLeader()
    expect(proposes(true)).toBe(false)
    engine.tick()
    expect(proposes(true)).toBe(true)
  })
})
