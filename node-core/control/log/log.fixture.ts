/** Logs over a simulated disk, for tests. */
import { createSimDisk, type Disk, type SimDisk } from '../../base/disk/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { createRecordLog, type RecordLog } from './index.ts'

export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
export const text = (record: Uint8Array): string => Buffer.from(record).toString()

export function newDisk(seed = 1): SimDisk {
  return createSimDisk({ random: createSeededRandom(seed) })
}

/** A log in a new life over `disk`, not yet opened. */
export function logOver(disk: Disk, seed = 7): RecordLog {
  return createRecordLog({ disk, random: createSeededRandom(seed), logger: createSilentLogger() })
}

export async function recordsOn(disk: Disk): Promise<string[]> {
  const log = logOver(disk)
  const { records } = await log.open()
  await log.close()
  return records.map(text)
}
