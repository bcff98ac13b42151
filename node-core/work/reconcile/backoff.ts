import type { Restart } from '../spec/index.ts'

/**
 * Milliseconds before the next start after so many failures in a row. What had served comes back at
 * once the first time: most likely it was killed, and people wait for it.
 */
export function backoffMs(
  failures: number,
  served: boolean,
  restart: Pick<Restart, 'backoffMs' | 'backoffMsMax'>,
): number {
  if (failures <= 1 && served) return 0
  return Math.min(restart.backoffMsMax, restart.backoffMs * 2 ** Math.min(failures - 1, 16))
}
