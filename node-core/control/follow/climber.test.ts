/** A node that is given a snapshot by somebody who means it no good, or has a slow line. */
import { expect, it } from 'vitest'
import type { NodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { createFollowCore } from './core.ts'
import type { AskId, Effect } from './effects.ts'
import { AVOID_MS, CHUNK_BYTES, DOWNLOAD_MS } from './limits.ts'
import type { Answer } from './messages.ts'
import { digestOf } from './offers.ts'

const [self, one, two] = ['a', 'b', 'c'].map((letter) => letter.repeat(64) as NodeId) as [
  NodeId,
  NodeId,
  NodeId,
]
const index = 7 as LogIndex

function newcomer(state: Uint8Array, roots = [one, two]) {
  const core = createFollowCore({
    ...{ self, random: createSeededRandom(3), isHub: () => true },
    ...{ sign: () => new Uint8Array(), hashAt: () => undefined },
  })
  let nowMs = 1_000
  let effects: Effect[] = []
  const take = (): void => {
    effects = core.take()
  }
  const asked = () => effects.findLast((effect) => effect.kind === 'ask')
  const answer = (given: Answer | undefined): void => {
    const { ask } = asked() ?? never()
    core.answered(nowMs, ask as AskId, given)
    take()
  }
  core.know(nowMs, { standing: 'follows', roots, leader: undefined, told: index, serves: 8 })
  take()
  return {
    ...{ asked, answer, parent: () => core.status().parent, dueMs: () => core.dueMs() },
    offer: () =>
      answer({
        ...{ kind: 'snapshot', height: index, depth: 0, index },
        ...{ digest: digestOf(state), sizeBytes: state.byteLength },
      }),
    give: (from: number, to?: number) =>
      answer({ kind: 'chunk', data: state.subarray(from, to ?? from + CHUNK_BYTES) }),
    pass(ms: number): void {
      nowMs += ms
      core.tick(nowMs)
      effects = [...effects, ...core.take()]
    },
    restored: () => effects.some((effect) => effect.kind === 'restore'),
  }
}

it('takes a snapshot in whole parts, one after the other', () => {
  const state = new Uint8Array(2 * CHUNK_BYTES + 5).fill(9)
  const { offer, give, asked, restored } = newcomer(state)
  offer()
  for (const offset of [0, CHUNK_BYTES, 2 * CHUNK_BYTES]) {
    expect(asked()?.question).toMatchObject({ kind: 'chunk', offset })
    give(offset)
  }
  expect(restored()).toBe(true)
})

it.each([
  ['less than a part', 1],
  ['more than is left', 6],
])('leaves whoever gives %s', (_, size) => {
  const state = new Uint8Array(5).fill(9)
  const { offer, answer, parent, asked } = newcomer(state)
  offer()
  const before = parent()
  expect(before).toBeDefined()
  answer({ kind: 'chunk', data: new Uint8Array(size).fill(9) })
  expect(parent()).toBeUndefined()
  // The other one is asked to take it in.
  expect(asked()).toMatchObject({ question: { kind: 'next', joins: true } })
  expect(asked()?.to).not.toBe(before)
})

it('leaves whoever takes too long over all of it, and then waits twice as long', () => {
  const state = new Uint8Array(8 * CHUNK_BYTES).fill(9)
  const { offer, give, parent, pass, dueMs } = newcomer(state)
  let waitedMs = 0
  const slowly = (): number => {
    const begunMs = waitedMs
    offer()
    expect(dueMs()).toBeDefined()
    const by = parent()
    for (let offset = 0; parent() === by && offset < state.byteLength; offset += CHUNK_BYTES) {
      give(offset)
      for (let ms = 0; ms < 50_000 && parent() === by; ms += 5_000) {
        pass(5_000)
        waitedMs += 5_000
      }
    }
    return waitedMs - begunMs
  }
  expect(slowly()).toBe(DOWNLOAD_MS)
  pass(AVOID_MS)
  expect(slowly()).toBe(2 * DOWNLOAD_MS)
})

function never(): never {
  throw new Error('Nobody is asked.')
}
