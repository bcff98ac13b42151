/** How long a write may take: the more it carries the longer, since each who votes gets and writes all of it. */
import { TRY_MIB_MS, TRY_MS, WRITE_MIB_MS, WRITE_TIMEOUT_MS } from './limits.ts'

const MIB = 2 ** 20

/** Of a batch, until it is given up. */
export function writePatienceMs(batchBytes: number): number {
  return WRITE_TIMEOUT_MS + Math.ceil((batchBytes / MIB) * WRITE_MIB_MS)
}

/** Of one member that was handed a batch, until another one is asked. */
export function tryPatienceMs(batchBytes: number): number {
  return TRY_MS + Math.ceil((batchBytes / MIB) * TRY_MIB_MS)
}
