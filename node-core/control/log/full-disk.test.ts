/** A log whose replacement does not fit on the disk beside it. */
import { expect, it } from 'vitest'
import { createSimDisk, type SimDisk } from '../../base/disk/index.ts'
import { bytes, logOver, recordsOn } from './log.fixture.ts'

const CAPACITY_BYTES = 2_000
/** A file that takes another's place stands beside it first. */
const LESS_BYTES = CAPACITY_BYTES - 100
const KEPT = ['one', 'two', 'three']

async function fill(disk: SimDisk) {
  const log = logOver(disk)
  await log.open()
  for (const record of KEPT) await log.append([bytes(record)], { sync: true })
  return log
}

it('takes the new one away again, and opens as it was', async () => {
  const disk = createSimDisk({ capacityBytes: CAPACITY_BYTES })
  const log = await fill(disk)
  const failure = await log
    .rewrite([new Uint8Array(CAPACITY_BYTES)])
    .catch((error: unknown) => error)
  expect(failure).toHaveProperty('cause.code', 'DISK_FULL')
  await log.close()
  disk.setCapacity(LESS_BYTES)
  expect((await disk.list('log')).sort()).toEqual(['current', 'segment-1'])
  expect(await recordsOn(disk)).toEqual(KEPT)
})

it('opens though what a killed process had begun fills the disk', async () => {
  const disk = createSimDisk({ capacityBytes: CAPACITY_BYTES })
  const log = await fill(disk)
  await log.close()
  const rest = await disk.openAppend('log/segment-2')
  await expect(rest.append(new Uint8Array(CAPACITY_BYTES))).rejects.toThrow('full')
  await rest.close()
  disk.setCapacity(LESS_BYTES)
  expect(await recordsOn(disk)).toEqual(KEPT)
  expect((await disk.list('log')).sort()).toEqual(['current', 'segment-1'])
})
