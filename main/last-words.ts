import type { WebContents } from 'electron'
import type { Clock } from '../node-core/base/clock/index.ts'
import { CHANNELS } from './channels.ts'
import { LAST_WORDS_MS } from './limits.ts'

type Page = Pick<WebContents, 'isDestroyed' | 'isCrashed' | 'send'>

/** The window has deletes that wait for their undo: it sends them while there is a node to hear them. */
export interface LastWords {
  /** Resolves when the page says that it is done, or when its time is over. */
  hear(page: Page): Promise<void>
  /** The page says so. */
  wereSaid(page: Page): void
}

export function createLastWords(clock: Pick<Clock, 'timer'>): LastWords {
  const waiting = new Map<Page, () => void>()
  return {
    async hear(page) {
      if (page.isDestroyed() || page.isCrashed()) return
      await new Promise<void>((resolve) => {
        const cancel = clock.timer(LAST_WORDS_MS, resolve)
        waiting.set(page, () => {
          cancel()
          resolve()
        })
        page.send(CHANNELS.ending)
      })
      waiting.delete(page)
    },
    wereSaid: (page) => waiting.get(page)?.(),
  }
}
