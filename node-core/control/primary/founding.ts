import type { Disk } from '../../base/disk/index.ts'
import { writeStanding } from './standing.ts'

/** By whoever founds a network, before its genesis is kept: this home is the first voter. */
export function foundPrimary(disk: Disk): Promise<void> {
  return writeStanding(disk, 'founding')
}
