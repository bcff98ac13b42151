/** Coarse steps of reputation, so that what hardly differs is not told apart. */
import { ACCEPTABLE_PPM, TRUSTED_PPM } from './limits.ts'

export type Repute = 'trusted' | 'acceptable' | 'doubtful'

export function reputeOf(ppm: number): Repute {
  if (ppm >= TRUSTED_PPM) return 'trusted'
  return ppm >= ACCEPTABLE_PPM ? 'acceptable' : 'doubtful'
}
