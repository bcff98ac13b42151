import { describe, expect, it } from 'vitest'
import { MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { createEnvoy } from './envoy.ts'
import { type Answer, encodeAnswer, type Question } from './messages.ts'

const node = (letter: string): NodeId => letter.repeat(64) as NodeId
const [self, a, b, c] = ['0', 'a', 'b', 'c'].map(node) as [NodeId, NodeId, NodeId, NodeId]
const QUESTION: Question = { kind: 'query', query: { what: 'key', key: 'x' }, stale: false }
const good: Answer = { ok: true, value: 'yes' }
const refused = (code: string, details?: Record<string, string>): Answer => ({
  ...{ ok: false, code, message: code },
  ...(details && { details }),
})

function setUp(answers: Record<string, Answer | 'unreachable'>, leader: NodeId | undefined = a) {
  const asked: string[] = []
  const envoy = createEnvoy({
    committee: () => ({ voters: [self, a, b, c], learners: [], leader, term: 1, applied: 1 }),
    net: {
      self,
      peers: () => [a, b, c].filter((peer) => answers[peer.slice(0, 1)] !== 'unreachable'),
      async request(peer) {
        const name = peer.slice(0, 1)
        asked.push(name)
        const answer = answers[name] ?? 'unreachable'
        if (answer !== 'unreachable') return encodeAnswer(answer)
        throw new MyceliumError('NET_UNREACHABLE', 'Gone.')
      },
    },
  })
  return { asked, round: () => envoy.round(QUESTION, new AbortController().signal) }
}

describe('asking the committee', () => {
  it('asks the leader first, and who answered last from then on', async () => {
    const { asked, round } = setUp({ a: refused('BUSY'), b: good, c: good })
    expect(await round()).toEqual({ value: 'yes' })
    await round()
    expect(asked.join('')).toBe('abb')
  })

  it('asks the next one when one is gone, has no quorum, or holds no copy; the gone ones last', async () => {
    const answers = {
      a: 'unreachable',
      b: refused('NO_QUORUM'),
      c: refused('NOT_RUNNING'),
    } as const
    const { asked, round } = setUp(answers)
    expect(await round()).toBeUndefined()
    expect(asked.join('')).toBe('bca')
  })

  it('goes to the leader that a member names, once', async () => {
    const answers = {
      a: refused('NOT_LEADER', { leader: c }),
      b: good,
      c: refused('NOT_LEADER', { leader: a }),
    }
    const { asked, round } = setUp(answers)
    expect(await round()).toEqual({ value: 'yes' })
    expect(asked.join('')).toBe('acb')
  })

  it('passes on what is an answer and no excuse', async () => {
    const { asked, round } = setUp({ a: refused('FORBIDDEN'), b: good, c: good })
    await expect(round()).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(asked.join('')).toBe('a')
  })
})
