import { expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import type { FoundedNetwork } from '../../identity/index.ts'
import { type Answer, encodeAnswer, parseQuestion, type Question } from './messages.ts'
import { createPoll } from './poll.ts'

const nodes = [...'0123456'].map((letter) => letter.repeat(64) as NodeId)
const CHANGES: Question = { kind: 'changes', prefix: '', from: 5, waitMs: 0 }
const QUERY: Question = { kind: 'query', query: { what: 'key', key: 'x' }, stale: false }

/** Of seven, of whom two may lie. Whoever has no answer is silent. */
function setUp(answerOf: (question: Question) => Record<string, Answer>) {
  const asked: string[] = []
  const poll = createPoll({
    network: {} as FoundedNetwork,
    committee: () => ({ voters: nodes, learners: [], leader: undefined, term: 1, applied: 1 }),
    net: {
      self: 'f'.repeat(64) as NodeId,
      peers: () => nodes,
      async request(peer, _protocol, body) {
        const name = peer.slice(0, 1)
        asked.push(name)
        const question = parseQuestion(body)
        const answer = question && answerOf(question)[name]
        return answer ? encodeAnswer(answer) : new Promise<Uint8Array>(() => {})
      },
    },
  })
  return { asked, round: (question: Question) => poll.round(question, AbortSignal.timeout(1_000)) }
}

it('asks five of seven what is read, and counts what three say', async () => {
  const [good, bad] = ['good', 'bad'].map((value): Answer => ({ ok: true, value }))
  const { asked, round } = setUp(() => ({ 0: bad, 1: good, 2: good, 4: good }) as never)
  expect(await round(QUERY)).toEqual({ value: 'good' })
  expect(asked.join('')).toBe('01234')
})

it('is told of changes in one round, though some of the honest have forgotten them and two are silent', async () => {
  const told: Answer = { ok: true, value: { events: [], next: 7 } }
  const forgotten: Answer = { ok: true, value: { compacted: 6 } }
  // Of the five that a read would ask, two tell and two have forgotten.
  const { round } = setUp(
    () => ({ 0: told, 2: told, 3: forgotten, 4: forgotten, 6: told }) as never,
  )
  expect(await round(CHANGES)).toEqual({ value: told.value })
})
