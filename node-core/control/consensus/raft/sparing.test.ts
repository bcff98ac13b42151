import { describe, expect, it } from 'vitest'
import { nodeId } from '../engine.fixture.ts'
import type { AppendEntries, AppendEntriesReply, Message } from './messages.ts'
import { toIndex, toTerm } from './positions.ts'
import { sparing } from './sparing.ts'

const [from, to, other] = [nodeId(1), nodeId(2), nodeId(3)]
const envelope = { from, to, term: toTerm(7) }
const append = (prev: number, commit: number, count: number, peer = to): AppendEntries => ({
  kind: 'appendEntries',
  ...{ ...envelope, to: peer, prevLogIndex: toIndex(prev), prevLogTerm: toTerm(7) },
  leaderCommit: toIndex(commit),
  entries: Array.from({ length: count }, (_, at) => ({
    ...{ index: toIndex(prev + 1 + at), term: toTerm(7), kind: 'normal' as const },
    data: new Uint8Array(1),
  })),
})
const reply = (index: number, rejected = false): AppendEntriesReply => ({
  kind: 'appendEntriesReply',
  ...{ ...envelope, index: toIndex(index), rejected },
  ...{ hintIndex: toIndex(0), hintTerm: toTerm(0) },
})
const heartbeat = (tick: number, context = '', leaderCommit = 5): Message => ({
  kind: 'heartbeat',
  ...{ ...envelope, leaderCommit: toIndex(leaderCommit), context, tick: toIndex(tick) },
})
const answer = (tick: number, context = ''): Message => ({
  kind: 'heartbeatReply',
  ...{ ...envelope, context, tick: toIndex(tick) },
})
const upTo = (held: number) => (_: unknown, index: number) => index <= held

describe('fewer messages', () => {
  it('leave out an append whose news the next one carries', () => {
    const said = sparing([append(5, 5, 0), append(5, 5, 2)], upTo(9))
    expect(said).toEqual([append(5, 5, 2)])
    const apart = [append(5, 5, 0), append(5, 5, 0, other), append(5, 6, 1)]
    expect(sparing(apart, upTo(0))).toEqual([append(5, 6, 1), append(5, 5, 0, other)])
  })

  it.each([
    ['another place', append(6, 5, 1)],
    ['an older commit', append(5, 4, 1)],
    ['another term', { ...append(5, 5, 1), term: toTerm(8) }],
  ])('keep one before an append with %s', (_, next) => {
    expect(sparing([append(5, 5, 0), next], upTo(0))).toEqual([append(5, 5, 0), next])
  })

  it('keep the last acknowledgement, and every refusal', () => {
    expect(sparing([reply(4), reply(6)], upTo(0))).toEqual([reply(6)])
    const mixed = [reply(4), reply(6, true), reply(5), reply(3)]
    expect(sparing(mixed, upTo(0))).toEqual(mixed)
  })

  it('tell a follower that holds all what is committed, and want no answer', () => {
    expect(sparing([append(5, 5, 0)], upTo(5))).toEqual([heartbeat(0)])
    expect(sparing([append(5, 5, 0)], upTo(4))).toEqual([append(5, 5, 0)])
    // It may not hold what the commit index names: only an answer tells.
    expect(sparing([append(5, 6, 0)], upTo(9))).toEqual([append(5, 6, 0)])
  })

  it('answer real heartbeats, and no others', () => {
    expect(sparing([answer(0)], upTo(0))).toEqual([])
    const real = [answer(1), answer(0, 'a.1'), heartbeat(0), heartbeat(3, 'a.1')]
    expect(sparing(real, upTo(0))).toEqual(real)
  })
})
