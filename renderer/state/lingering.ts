import type { Time } from '../time/index.ts'

/** Waits that stand still while somebody reads or reaches for what would go away. */
export interface Lingering {
  after: Time['after']
  hold(): void
  release(): void
}

export function createLingering(time: Time): Lingering {
  interface Wait {
    leftMs: number
    sinceMs: number
    action: () => void
    cancel: () => void
  }
  const waits = new Set<Wait>()
  let held = false

  function run(wait: Wait): void {
    wait.sinceMs = time.now()
    wait.cancel = time.after(wait.leftMs, () => {
      waits.delete(wait)
      wait.action()
    })
  }

  return {
    after(delayMs, action) {
      const wait: Wait = { leftMs: delayMs, sinceMs: time.now(), action, cancel: () => {} }
      waits.add(wait)
      if (!held) run(wait)
      return () => {
        wait.cancel()
        waits.delete(wait)
      }
    },
    hold() {
      if (held) return
      held = true
      for (const wait of waits) {
        wait.cancel()
        wait.leftMs -= time.now() - wait.sinceMs
      }
    },
    release() {
      if (!held) return
      held = false
      for (const wait of waits) run(wait)
    },
  }
}
