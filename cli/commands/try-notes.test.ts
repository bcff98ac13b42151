import { expect, it } from 'vitest'
import type { Outputs } from '../node-client.ts'
import { createTryNotes } from './try-notes.ts'
import { createUnfoundWatch } from './verdict.ts'

type Copy = Outputs['workloads']['get']['instances'][number]
const at = (ms: number) => new Date(ms).toISOString()
const reason = { code: 'IMAGE_NOT_FOUND', message: 'No registry has “web:9”.' }

function copy(change: Partial<Copy> = {}): Copy {
  const facts = { id: 'web-0-a', node: 'a', nodeName: 'ada', index: 0, restarts: 0, lost: false }
  return { ...facts, status: 'Failed', health: 'unknown', reason, ...change } as Copy
}

function seen(...instances: Copy[]) {
  return { name: 'web', instances, conditions: [] } as unknown as Outputs['workloads']['get']
}

it('says of each wait once when the next try comes, and when the watching ends', () => {
  const notes = createTryNotes(300_000)
  const waits = (ms: number) => seen(copy({ startsAt: at(ms) }))
  const end = new Date(300_000).toLocaleTimeString(undefined, { hour12: false })
  expect(notes(waits(36_000), 0)).toEqual([`Next try in 36s; this command gives up at ${end}`])
  expect(notes(waits(36_000), 200)).toEqual([])
  expect(notes(seen(copy({ status: 'Pulling' })), 36_000)).toEqual([])
  expect(notes(waits(96_000), 37_000)).toEqual([expect.stringContaining('in 59s;')])
})

it('says nothing of a try that comes at once', () => {
  expect(createTryNotes(300_000)(seen(copy({ startsAt: at(1_000) })), 0)).toEqual([])
})

it('gives up on an image that nobody had in three tries, a while after the first', () => {
  const watch = createUnfoundWatch()
  const look = (startsMs: number, nowMs: number) =>
    watch(seen(copy({ startsAt: at(startsMs) })), nowMs)
  expect([look(1_000, 0), look(3_000, 1_000), look(7_000, 3_000)]).toEqual([
    ...[undefined, undefined, undefined],
  ])
  const verdict = look(15_000, 10_000)
  expect(verdict).toMatchObject({ code: 'IMAGE_NOT_FOUND', isFinal: true })
  expect(verdict?.message).toBe(
    `web was not found in 4 tries. web-0 on ada: ${reason.message} It is tried on, at longer and ` +
      'longer intervals; to end it: mycelium delete web',
  )
})

it('waits on where it was tried less often, for other reasons, or where another copy runs or is given it', () => {
  const [slow, other, shared, given] = [1, 2, 3, 4].map(() => createUnfoundWatch())
  for (const ms of [0, 20_000]) expect(slow!(seen(copy({ startsAt: at(ms) })), ms)).toBe(undefined)
  for (const ms of [0, 5_000, 20_000]) {
    const startsAt = at(ms)
    const failed = copy({ startsAt, reason: { code: 'START_FAILED', message: 'No.' } })
    expect(other!(seen(failed), ms)).toBe(undefined)
    const runs = copy({ id: 'web-1-a', status: 'Running' })
    expect(shared!(seen(copy({ startsAt }), runs), ms)).toBe(undefined)
    const pulls = copy({ id: 'web-1-a', status: 'Pulling', reason: undefined })
    expect(given!(seen(copy({ startsAt }), pulls), ms)).toBe(undefined)
  }
})
