/** What a copy that followed says of what it held beyond the one that is gone on from. */
import { expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createSimDisk } from '../../base/disk/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { foundNetwork, generateKey } from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { createRegistry } from '../registry/index.ts'
import type { Ending } from './era-book.ts'
import { reportFollowed } from './followed-late.ts'
import { createLateBook } from './late-book.ts'
import { FIRST_LOG } from './log-name.ts'

const random = createSeededRandom(3)
const createdAt = '2026-11-25T12:00:00.000Z'
const network = foundNetwork(
  generateKey(random),
  { name: 'G', consensus: 'raft', createdAt },
  random,
)
const { view } = createRegistry({ network, voters: [] })
const ending = { hash: 'ab'.repeat(32), ended: { last: 5, revision: 0 } } as unknown as Ending

it.each([
  ['is told as unknown where it is left as a state alone', 7, [], [true]],
  ['is nothing where it went no further', 5, [], []],
  ['is nothing where each entry is there and holds none', 6, [6], []],
])('%s', async (_, index, entries, compacted) => {
  const clock = createSimClock()
  const logger = createSilentLogger()
  const late = createLateBook({ disk: createSimDisk(), logger })
  const latest = entries.map((at) => ({ index: at as LogIndex, payload: new Uint8Array() }))
  const deps = { network, log: FIRST_LOG, late, clock, logger }
  await reportFollowed(deps, { index: index as LogIndex, view, latest }, ending)
  expect(late.list().map((report) => report.compacted)).toEqual(compacted)
})
