import { expect, it } from 'vitest'
import { createSystemClock } from '../../base/clock/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { createSimNetwork, parseNodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import type { Instance } from '../spec/index.ts'
import { createLogReading, type LogReadingDeps } from './reading.ts'

/** What sending one line costs, at least. */
const LINE_MS = 0.02
const LINES = 10_000

const clock = createSystemClock()
const self = parseNodeId('1'.repeat(64))
if (!self) throw new Error('Not a node id.')
const net = createSimNetwork({ clock, random: createSeededRandom(1) }).node(self)
const one: Instance = {
  ...{ id: 'web-0-a', workload: 'web', index: 0, generation: 1, node: self, ports: {} },
  ...{ status: 'Running', health: 'healthy', restarts: 0 },
}
const lines = Array.from({ length: LINES }, (_, at) => {
  return { at: new Date(at).toISOString(), stream: 'stdout' as const, line: String(at) }
})
const store = {
  facts: () => ({ ...one, since: '' }),
  read: async () => ({ lines, end: { segment: 1, offset: 0 } }),
  async *follow() {
    yield lines
  },
} as unknown as LogReadingDeps['store']

it.each([{}, { tail: 'all' as const }])(
  'reading much lets others have their turn: %j',
  async (options) => {
    const reading = createLogReading({
      ...{ net, store, copies: store, clock, logger: createMemoryLogger() },
      view: {
        instances: () => [one],
        desired: () => undefined,
        entrusted: () => () => true,
        subscribe: () => () => {},
      },
      held: { find: async () => [] },
      ...{ live: () => [], nameOf: () => 'here' },
    })
    let turns = 0
    let over = false
    const others = (): void => {
      turns++
      if (!over) setImmediate(others)
    }
    setImmediate(others)
    let read = 0
    for await (const _ of reading.read({ workload: 'web' }, options)) {
      read++
      for (const end = performance.now() + LINE_MS; performance.now() < end; );
    }
    over = true
    expect(read).toBe(LINES)
    // Every 8 ms of what takes 200 at least.
    expect(turns).toBeGreaterThan(10)
  },
)
