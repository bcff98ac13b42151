/** How long members may vote is for a majority of the log's voters to say, each by its own clock. */
import { describe, expect, it } from 'vitest'
import type { Command } from './index.ts'
import { createHouse, make, VOTE_MS } from './motions.fixture.ts'
import { codeOf, expectDone, START_MS } from './registry.fixture.ts'

describe('the voting on a proposal', () => {
  it('closes when its time has passed on the clocks of a majority, whatever they show', () => {
    const { do: act, founder, voters, motion, phase, registry, tell } = createHouse()
    // The log stood still for five days. One clock is a year ahead, one an hour behind.
    const nowMs = START_MS + 5 * 86_400_000
    expectDone(act(founder, make(), { timeMs: nowMs }))
    expect(motion()).toMatchObject({ madeMs: nowMs, clocks: [] })
    const aheadMs = [0, 365 * 86_400_000, -3_600_000]
    const say = (at: number, ms: number) => tell(voters[at]!, nowMs + aheadMs[at]! + ms)
    for (const at of [0, 1, 2]) say(at, 0)
    expect(registry.view.motionEndMs(1)).toBe(nowMs + VOTE_MS)
    for (const at of [0, 1, 2]) say(at, VOTE_MS - 1)
    say(0, VOTE_MS)
    expect(phase()).toBe('voting')
    say(2, VOTE_MS)
    expect(phase()).toBe('ended')
  })

  it('is neither closed nor held up by one clock that jumps', () => {
    const { open, voters, phase, registry, tell } = createHouse()
    const [jumps, other, third] = voters
    open()
    const { timeMs } = registry.view
    tell(jumps, timeMs + 86_400_000)
    tell(jumps, timeMs + 2 * 86_400_000)
    expect(phase()).toBe('voting')
    // Set right again: it counts anew, and the others do not wait for it.
    tell(jumps, timeMs - 3_600_000)
    tell(other, timeMs + VOTE_MS)
    expect(phase()).toBe('voting')
    tell(third, timeMs + VOTE_MS)
    expect(phase()).toBe('ended')
  })

  it('closes though those who had yet to say so have left the committee', () => {
    const { open, voters, phase, registry, tell, elect } = createHouse()
    const [stays] = voters
    open()
    const { timeMs } = registry.view
    tell(stays, timeMs + VOTE_MS)
    elect(stays)
    expect(phase()).toBe('voting')
    tell(stays, timeMs + VOTE_MS + 1_000)
    expect(phase()).toBe('ended')
  })

  it('hears voters that have something to say, once, and nobody else', () => {
    const { open, ann, vote, voters, registry, do: act, motion, tell, machine } = createHouse()
    const { view } = registry
    const [voter, other] = voters
    open()
    vote(ann, 'yes', 1)
    const { timeMs } = view
    expect(view.motionTimesToTell(voter.node, timeMs + VOTE_MS - 1)).toEqual([])
    const [body] = view.motionTimesToTell(voter.node, timeMs + VOTE_MS)
    expect(body).toEqual({ proposal: 1, madeMs: motion().madeMs, revealing: false })
    const command: Command = { kind: 'proposal.time', body: body! }
    expect(codeOf(act(machine(ann), command))).toBe('FORBIDDEN')
    expect(codeOf(act(ann, command))).toBe('FORBIDDEN')
    expect(view.motionTimesToTell(machine(ann).node, timeMs + VOTE_MS)).toEqual([])
    tell(voter, timeMs + VOTE_MS)
    expect(view.motionTimesToTell(voter.node, timeMs + 2 * VOTE_MS)).toEqual([])
    tell(other, timeMs + VOTE_MS)
    // What was said of the voting is worth nothing for the revealing.
    expect(codeOf(act(voter, command))).toBe('CONFLICT')
    const another: Command = {
      kind: 'proposal.time',
      body: { ...body!, revealing: true, madeMs: 1 },
    }
    expect(codeOf(act(voter, another))).toBe('CONFLICT')
  })
})
