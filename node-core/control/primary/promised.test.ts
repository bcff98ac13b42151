import { expect, it } from 'vitest'
import { createSimDisk } from '../../base/disk/index.ts'
import type { EngineStatus, LogIndex } from '../consensus/index.ts'
import { FIRST_LOG, type LogName } from './log-name.ts'
import { readPromised, rememberPromised } from './promised.ts'

const status = (term: number, last: number, lastTerm: number): EngineStatus => ({
  ...{ kind: 'raft', self: 'a'.repeat(64) as EngineStatus['self'], leader: undefined },
  ...{ term, committed: 0 as LogIndex, last: last as LogIndex, lastTerm, quorum: false },
  ...{ members: { voters: [], learners: [] }, progress: [] },
})

it('keeps the highest of what was promised in a log that came and went', async () => {
  const disk = createSimDisk()
  expect(await readPromised(disk, FIRST_LOG)).toBeUndefined()
  await rememberPromised(disk, FIRST_LOG, status(7, 40, 6))
  await rememberPromised(disk, FIRST_LOG, status(8, 12, 5))
  await rememberPromised(disk, FIRST_LOG, undefined)
  expect(await readPromised(disk, FIRST_LOG)).toEqual({ term: 8, last: { index: 40, term: 6 } })
  await rememberPromised(disk, FIRST_LOG, status(6, 41, 6))
  expect(await readPromised(disk, FIRST_LOG)).toEqual({ term: 8, last: { index: 41, term: 6 } })
})

it('is of one era: the next has a log, and voters, of its own', async () => {
  const disk = createSimDisk()
  await rememberPromised(disk, FIRST_LOG, status(7, 40, 6))
  const next = '-1-abc' as LogName
  expect(await readPromised(disk, next)).toBeUndefined()
  await rememberPromised(disk, next, status(9, 3, 9))
  expect(await readPromised(disk, next)).toEqual({ term: 9, last: { index: 3, term: 9 } })
})

it('is never guessed where it cannot be read', async () => {
  const disk = createSimDisk()
  await disk.writeAtomic('registry/promised.cbor', Uint8Array.of(1, 2, 3))
  await expect(readPromised(disk, FIRST_LOG)).rejects.toMatchObject({ code: 'LOG_DAMAGED' })
})
