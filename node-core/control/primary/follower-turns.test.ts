import { expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import type { Ending } from './era-book.ts'
import { createFollowerTurns } from './follower-turns.ts'
import { REOPEN_MS } from './limits.ts'

/** Two of them; the first has something to tell, for which its disk has no room. */
function setUp() {
  const clock = createSimClock()
  const turns = createFollowerTurns({ clock, logger: createSilentLogger() })
  const done: string[] = []
  const disk = { isFull: true }
  const followerOf = (name: string) => ({
    start: async () => void done.push(`${name} starts`),
    stop: async () => void done.push(`${name} stops`),
    async giveUp() {
      done.push(`${name} gives up`)
      if (disk.isFull) throw new Error('The disk is full.')
      done.push(`${name} has told`)
    },
  })
  return { clock, turns, done, disk, before: followerOf('before'), next: followerOf('next') }
}
const ENDING = {} as Ending
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

it('follows on though what was held beyond cannot be told yet, and tells it once there is room', async () => {
  const { clock, turns, done, disk, before, next } = setUp()
  await turns.first(before)
  turns.next(before, ENDING, next)
  await settled()
  expect(done).toEqual(['before starts', 'before gives up', 'next starts'])
  disk.isFull = false
  clock.advance(REOPEN_MS)
  await settled()
  expect(done.slice(3)).toEqual(['before gives up', 'before has told'])
})

it('starts nothing and tells nothing any more once it has stopped', async () => {
  const { clock, turns, done, before, next } = setUp()
  await turns.first(before)
  turns.next(before, ENDING, next)
  await turns.stop()
  clock.advance(REOPEN_MS)
  await settled()
  expect(done).toEqual(['before starts', 'before gives up'])
})
