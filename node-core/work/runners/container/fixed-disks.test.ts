import { describe, expect, it } from 'vitest'
import { MyceliumError } from '../../../base/errors/index.ts'
import { createSilentLogger } from '../../../base/log/index.ts'
import { createFixedDisks } from './fixed-disks.ts'

/** An engine that notes how containers were asked for. */
function engine(refuses: (disk: { fixedDisk: boolean }) => Error | undefined) {
  const asked: boolean[] = []
  const make = async (disk: { fixedDisk: boolean }): Promise<void> => {
    asked.push(disk.fixedDisk)
    const error = refuses(disk)
    if (error) throw error
  }
  return { asked, make, disks: createFixedDisks(createSilentLogger()) }
}

describe('disks of a fixed size', () => {
  it('are asked for again where the engine has them', async () => {
    const { asked, make, disks } = engine(() => undefined)
    await disks.create(make)
    await disks.create(make)
    expect(asked).toEqual([true, true])
  })

  it('are done without, and asked for no more, where it refuses them', async () => {
    const no = new MyceliumError('START_FAILED', '--storage-opt is supported only for …')
    const { asked, make, disks } = engine(({ fixedDisk }) => (fixedDisk ? no : undefined))
    await disks.create(make)
    await disks.create(make)
    expect(asked).toEqual([true, false, false])
  })

  it.each([
    '--storage-opt is supported only for overlay over xfs with ’pquota’ mount option',
    'Filesystem does not support, or has not enabled quotas',
  ])('are refused by these words: %s', async (words) => {
    const no = new MyceliumError('START_FAILED', words)
    const { asked, make, disks } = engine(({ fixedDisk }) => (fixedDisk ? no : undefined))
    await disks.create(make)
    await disks.create(make)
    expect(asked).toEqual([true, false, false])
  })

  it('are asked for again after what was over at the second try', async () => {
    const clash = new MyceliumError('START_FAILED', 'The container name "/web-0-a" is in use.')
    let reason: Error | undefined = clash
    const { asked, make, disks } = engine(({ fixedDisk }) => (fixedDisk ? reason : undefined))
    await disks.create(make)
    reason = undefined
    await disks.create(make)
    await disks.create(make)
    expect(asked).toEqual([true, false, true, true])
  })

  it('are not judged by what was refused for another reason', async () => {
    const missing = new MyceliumError('IMAGE_NOT_FOUND', 'There is no such image.')
    const broken = new MyceliumError('START_FAILED', 'Both ways.')
    let reason: Error | undefined = missing
    const { asked, make, disks } = engine(() => reason)
    await expect(disks.create(make)).rejects.toBe(missing)
    reason = broken
    await expect(disks.create(make)).rejects.toBe(broken)
    reason = undefined
    await disks.create(make)
    expect(asked).toEqual([true, true, false, true])
  })
})
