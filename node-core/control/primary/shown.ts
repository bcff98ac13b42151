/** A node's copy follows what was committed; whoever has written waits until it shows. */
import type { Clock } from '../../base/clock/index.ts'
import type { Primary } from './index.ts'
import { SHOWN_WITHIN_MS } from './limits.ts'

/** Whoever reads here next shall see it; a copy that is far behind does not hold the answer up. */
export function untilShown(
  primary: Pick<Primary, 'view' | 'subscribe'>,
  clock: Clock,
  holds: () => boolean,
): Promise<void> {
  if (!primary.view() || holds()) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      cancel()
      forget()
      resolve()
    }
    const cancel = clock.timer(SHOWN_WITHIN_MS, end)
    const forget = primary.subscribe(() => {
      if (holds()) end()
    })
  })
}
