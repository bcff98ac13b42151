import { describe, expect, it } from 'vitest'
import { createSimDisk } from '../../base/disk/index.ts'
import { foundPrimary } from './founding.ts'
import { FIRST_LOG, type LogName } from './log-name.ts'
import { eraseReplica, nextIncarnation, readStanding, writeStanding } from './standing.ts'

const LATER = '-1-0badcafe' as LogName

/** The step left to chance is the least. */
const NO_CHANCE = { int: () => 0 }

describe('what a home remembers of its part', () => {
  it('is nothing, then founding, then holding, and nothing again', async () => {
    const disk = createSimDisk()
    expect(await readStanding(disk)).toEqual({ standing: 'none', log: FIRST_LOG, votesFrom: 0 })
    await foundPrimary(disk)
    expect(await readStanding(disk)).toMatchObject({ standing: 'founding' })
    await writeStanding(disk, 'holding')
    disk.crash()
    expect(await readStanding(disk)).toMatchObject({ standing: 'holding' })
    await writeStanding(disk, 'holding', { log: LATER, votesFrom: 4 })
    expect(await readStanding(disk)).toEqual({ standing: 'holding', log: LATER, votesFrom: 4 })
    await eraseReplica(disk, FIRST_LOG)
    expect(await readStanding(disk)).toEqual({ standing: 'none', log: FIRST_LOG, votesFrom: 0 })
  })

  it('is damaged where it cannot be read, and not taken for nothing', async () => {
    const disk = createSimDisk()
    await writeStanding(disk, 'holding')
    disk.flipBit('registry/standing.cbor', 30)
    await expect(readStanding(disk)).rejects.toMatchObject({ code: 'LOG_DAMAGED' })
  })

  it('counts lives up, by the clock and also against it', async () => {
    const disk = createSimDisk()
    expect(await nextIncarnation(disk, 1_000, NO_CHANCE)).toBe(1_000)
    expect(await nextIncarnation(disk, 900, NO_CHANCE)).toBe(1_001)
    expect(await nextIncarnation(disk, 5_000, NO_CHANCE)).toBe(5_000)
    await eraseReplica(disk, FIRST_LOG)
    expect(await nextIncarnation(disk, 1, NO_CHANCE)).toBe(5_001)
    disk.flipBit('registry/author.cbor', 20)
    expect(await nextIncarnation(disk, 6_000, NO_CHANCE)).toBe(6_000)
  })
})
