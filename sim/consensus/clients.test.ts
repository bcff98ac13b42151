import { expect, it } from 'vitest'
import { createSeededRandom } from '../../node-core/base/random/index.ts'
import { createClients } from './clients.ts'
import { createEvents } from './events.ts'
import { raftKind } from './raft/kind.ts'
import { simulate } from './simulate.ts'

/** Longer than all attempts of one client take. */
const LONG_MS = 10_000

it('clients are at rest once nobody is about to ask again', () => {
  const events = createEvents()
  // Nobody runs, so that each is refused, waits a little and asks again.
  const clients = createClients({ events, random: createSeededRandom(1), machines: [] })
  const advance = (ms: number): void => {
    const untilMs = events.nowMs() + ms
    while (events.runNext(untilMs));
  }
  expect(clients.atRest()).toBe(true)
  clients.start()
  while (clients.atRest()) expect(events.runNext(LONG_MS)).toBe(true)
  clients.stop()
  expect(clients.atRest()).toBe(false)
  advance(LONG_MS)
  expect(clients.atRest()).toBe(true)
})

it('a client that asks again two milliseconds before the end of a run is answered', () => {
  expect(simulate(18_734, raftKind()).failures).toEqual([])
})
