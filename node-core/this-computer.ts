/** What this computer has: what its node offers others by default. */
import { statfsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import type { Capacity } from './network/membership/index.ts'
import { grantedGpus } from './work/runners/gpus/index.ts'

/** Half of the memory stays with the owner until it says otherwise. */
const MEMORY_SHARE = 0.5
/** And all but a tenth of the disk that is free now. */
const DISK_SHARE = 0.1

export function capacityOf(home: string, granted?: 'all' | readonly string[]): Capacity {
  const gpus = grantedGpus(granted).length
  const { bavail, bsize } = statfsSync(home)
  return {
    cpuMillis: availableParallelism() * 1000,
    memoryBytes: Math.floor(totalmem() * MEMORY_SHARE),
    diskBytes: Math.floor(bavail * bsize * DISK_SHARE),
    ...(gpus > 0 && { gpus }),
  }
}
