import { expect, it } from 'vitest'
import type { NodeId } from '../../../base/net/index.ts'
import { createChangePool } from './change-pool.ts'
import { EVEN } from './cluster.fixture.ts'
import { CHANGE_TRIES_MAX, PENDING_TICKS_MAX } from './limits.ts'
import type { Epoch } from './numbering.ts'
import { createCommittee } from './quorum.ts'

const node = (name: string) => name.repeat(64) as NodeId
const changeOf = (nonce: number, voter = 'a') => ({
  nonce: `${nonce}`.padStart(32, '0'),
  committee: createCommittee(1 as Epoch, { voters: [node(voter)], learners: [] }, () => EVEN)!,
})

/** Blocks that a leader proposes with changes of this member, each under a new nonce, until a tick. */
function triesUntil(ticks: number): number {
  const pool = createChangePool()
  let tries = 0
  for (let tick = 0; tick < ticks; tick++) {
    pool.add(changeOf(tick), node('b'), tick)
    if (pool.next(() => true)) tries++
    pool.expire(tick)
  }
  return tries
}

it('tries a member’s changes a few times a minute, under whatever nonces they come', () => {
  expect(triesUntil(PENDING_TICKS_MAX)).toBe(CHANGE_TRIES_MAX)
  expect(triesUntil(2 * PENDING_TICKS_MAX)).toBe(2 * CHANGE_TRIES_MAX)
})

it('tries another member’s all the same, and everybody’s anew in the next epoch', () => {
  const pool = createChangePool()
  for (let nonce = 0; nonce < 10; nonce++) {
    pool.add(changeOf(nonce), node('b'), 0)
    pool.next(() => true)
  }
  expect(pool.hasNext(() => true)).toBe(false)
  const other = changeOf(10, 'c')
  pool.add(other, node('c'), 0)
  expect(pool.next(() => true)).toBe(other)
  pool.takeAll()
  pool.add(changeOf(11), node('b'), 0)
  expect(pool.hasNext(() => true)).toBe(true)
})
