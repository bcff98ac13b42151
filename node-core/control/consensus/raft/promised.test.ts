/** A node that left, erased its log and came back votes as if it had that log still (docs/adr/0017). */
import { describe, expect, it } from 'vitest'
import type { NodeId } from '../../../base/net/index.ts'
import { createSeededRandom } from '../../../base/random/index.ts'
import { createRaftEngine, type Promised } from './index.ts'
import { toIndex, toTerm } from './positions.ts'
import { encodeMessage, parseMessage } from './wire.ts'

const SELF = 'a'.repeat(64) as NodeId
const OTHER = 'b'.repeat(64) as NodeId
const PROMISED: Promised = { term: 7, last: { index: 40, term: 6 } }

/** Whether the node, with an empty log, gives its vote. */
function votes(
  asked: { term: number; last: readonly [term: number, index: number] },
  promised: Promised | undefined = PROMISED,
  records: readonly Uint8Array[] = [],
): boolean {
  const config = { self: SELF, random: createSeededRandom(1), ...(promised && { promised }) }
  const engine = createRaftEngine(config, records)
  const [lastLogTerm, lastLogIndex] = asked.last
  const request = {
    ...{ kind: 'requestVote' as const, from: OTHER, to: SELF, transfer: true },
    term: toTerm(asked.term),
    ...{ lastLogIndex: toIndex(lastLogIndex), lastLogTerm: toTerm(lastLogTerm) },
  }
  engine.step(OTHER, encodeMessage(request))
  const said = engine.ready()?.messages.map(({ message }) => parseMessage(message, SELF, OTHER))
  return said?.some((one) => one?.kind === 'requestVoteReply' && !one.rejected) ?? false
}

describe('a node that has erased a log', () => {
  it.each([
    ['whose log ends before the erased one', { term: 8, last: [6, 39] as const }, false],
    ['whose last term is before the erased one’s', { term: 8, last: [5, 90] as const }, false],
    ['whose log holds as much', { term: 8, last: [6, 40] as const }, true],
    ['whose log is of a later term', { term: 8, last: [7, 3] as const }, true],
    ['of a term in which it may have voted', { term: 7, last: [7, 90] as const }, false],
  ])('votes for a candidate %s: as it should', (_, asked, expected) => {
    expect(votes(asked)).toBe(expected)
  })

  it('votes for anybody where it has erased none', () => {
    expect(votes({ term: 1, last: [0, 0] }, { term: 0, last: { index: 0, term: 0 } })).toBe(true)
  })

  it('keeps to it over restarts, whatever its new log says by then', () => {
    const before = createRaftEngine(
      { self: SELF, random: createSeededRandom(1), promised: PROMISED },
      [],
    )
    const request = {
      ...{ kind: 'requestVote' as const, from: OTHER, to: SELF, transfer: true },
      ...{ term: toTerm(9), lastLogIndex: toIndex(50), lastLogTerm: toTerm(8) },
    }
    before.step(OTHER, encodeMessage(request))
    const { records = [] } = before.ready() ?? {}
    expect(records).toHaveLength(1)
    expect(votes({ term: 10, last: [6, 39] }, PROMISED, records)).toBe(false)
    expect(votes({ term: 10, last: [6, 40] }, PROMISED, records)).toBe(true)
  })
})
