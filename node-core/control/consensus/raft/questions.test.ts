import { describe, expect, it } from 'vitest'
import { nodeId } from '../engine.fixture.ts'
import type { ReadId } from '../index.ts'
import { READ_TICKS_MAX, READS_WAITING_MAX } from './limits.ts'
import { toIndex, toTerm } from './positions.ts'
import { Questions } from './questions.ts'

const id = (name: string): ReadId => name as ReadId
const lead = { leader: nodeId(1), term: toTerm(2) }

function asked(...names: string[]): { questions: Questions; context: string } {
  const questions = new Questions('life')
  let context = ''
  for (const name of names) questions.add(id(name))
  questions.flush(lead, (given) => {
    context = given
    return true
  })
  return { questions, context }
}

describe('reads', () => {
  it('asked together are answered together, once', () => {
    const { questions, context } = asked('a', 'b')
    questions.answered({ context, index: toIndex(7) })
    expect(questions.take()).toEqual([
      { id: 'a', index: 7 },
      { id: 'b', index: 7 },
    ])
    questions.answered({ context, index: toIndex(8) })
    questions.leadIs({ ...lead, term: toTerm(3) })
    expect(questions.take()).toEqual([])
  })

  it.each([
    ['another leads', { ...lead, leader: nodeId(2) }],
    ['nobody leads', { ...lead, leader: undefined }],
    ['another term has begun', { ...lead, term: toTerm(3) }],
  ])('are lost when %s', (_, next) => {
    const { questions } = asked('a')
    questions.leadIs(lead)
    expect(questions.take()).toEqual([])
    questions.leadIs(next)
    expect(questions.take()).toEqual([{ id: 'a', index: undefined }])
  })

  it('are lost when no answer comes, and when nobody can be asked', () => {
    const { questions } = asked('a')
    for (let ticks = 0; ticks < READ_TICKS_MAX; ticks++) questions.tick()
    questions.add(id('b'))
    questions.flush(lead, () => false)
    expect(questions.take()).toEqual([
      { id: 'a', index: undefined },
      { id: 'b', index: undefined },
    ])
  })

  it('are bounded', () => {
    const names = Array.from({ length: READS_WAITING_MAX }, (_, at) => String(at))
    const { questions } = asked(...names)
    questions.add(id('one more'))
    expect(questions.take()).toEqual([{ id: 'one more', index: undefined }])
  })
})
