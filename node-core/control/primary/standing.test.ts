import { describe, expect, it } from 'vitest'
import { createSimDisk } from '../../base/disk/index.ts'
import { foundPrimary } from './founding.ts'
import { eraseReplica, nextIncarnation, readStanding, writeStanding } from './standing.ts'

/** The step left to chance is the least. */
const NO_CHANCE = { int: () => 0 }

describe('what a home remembers of its part', () => {
  it('is nothing, then founding, then holding, and nothing again', async () => {
    const disk = createSimDisk()
    expect(await readStanding(disk)).toBe('none')
    await foundPrimary(disk)
    expect(await readStanding(disk)).toBe('founding')
    await writeStanding(disk, 'holding')
    disk.crash()
    expect(await readStanding(disk)).toBe('holding')
    await eraseReplica(disk)
    expect(await readStanding(disk)).toBe('none')
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
    await eraseReplica(disk)
    expect(await nextIncarnation(disk, 1, NO_CHANCE)).toBe(5_001)
    disk.flipBit('registry/author.cbor', 20)
    expect(await nextIncarnation(disk, 6_000, NO_CHANCE)).toBe(6_000)
  })
})
