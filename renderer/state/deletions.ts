import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Time } from '../time/index.ts'

/** Deletes that wait a moment, so that they can be undone before anything happened. */
export interface Deletions {
  /** Names that are about to go, or whose deletion was just sent. */
  store: StoreApi<ReadonlySet<string>>
  /** `onGone` is called once it was deleted. */
  schedule(name: string, onGone?: () => void): void
  undo(name: string): void
  /**
   * Sends at once what still waits: the window is closing, and a person said delete. Resolves when
   * each was answered.
   */
  flush(): Promise<void>
}

export const UNDO_MS = 6_000

export function createDeletions(
  time: Pick<Time, 'after'>,
  commit: (name: string) => Promise<unknown>,
  onFailed: (name: string, error: unknown) => void,
): Deletions {
  const store = createStore<ReadonlySet<string>>(() => new Set<string>())
  const waiting = new Map<string, { cancel: () => void; onGone: () => void }>()

  function unmark(name: string): void {
    store.setState((names) => new Set([...names].filter((other) => other !== name)), true)
  }

  async function send(name: string, onGone: () => void): Promise<void> {
    waiting.delete(name)
    try {
      await commit(name)
      onGone()
    } catch (error) {
      onFailed(name, error)
    } finally {
      unmark(name)
    }
  }

  return {
    store,
    schedule(name, onGone = () => {}) {
      if (waiting.has(name)) return
      store.setState((names) => new Set([...names, name]), true)
      const cancel = time.after(UNDO_MS, () => void send(name, onGone))
      waiting.set(name, { cancel, onGone })
    },
    undo(name) {
      waiting.get(name)?.cancel()
      waiting.delete(name)
      unmark(name)
    },
    async flush() {
      const sending = [...waiting].map(([name, { cancel, onGone }]) => {
        cancel()
        return send(name, onGone)
      })
      await Promise.all(sending)
    },
  }
}
