/**
 * Which era this home has been in, by all that it keeps but the mandate itself: what begins an era is
 * on disk before anything of that era is (docs/adr/0016), so a home without it has lost it.
 */
import type { Disk } from '../../base/disk/index.ts'
import { isCode } from '../../base/errors/index.ts'
import { eraOf } from './log-name.ts'
import { copiesIn, logsIn, readStanding } from './standing.ts'

/** No era before it can be the present one. */
export async function leastEra(disk: Disk): Promise<number> {
  const names = [...(await copiesIn(disk)), ...(await logsIn(disk))]
  try {
    names.push((await readStanding(disk)).log)
  } catch (error) {
    // Told by whoever needs the standing.
    if (!isCode(error, 'LOG_DAMAGED')) throw error
  }
  return Math.max(0, ...names.map(eraOf))
}
