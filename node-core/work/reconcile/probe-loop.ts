/** Asks the probes of one running instance as each comes due, none of them twice at a time. */
import type { Clock } from '../../base/clock/index.ts'
import { type Answer, due, nextDueMs, type Probing, type Watched } from './probing.ts'

export interface ProbeLoop {
  /** Looks what is due, and from then on whenever something is. */
  look(): void
  /** Asks nothing more; resolves once all that was asked has come to its end. */
  stop(): Promise<void>
}

export interface ProbeLoopDeps {
  clock: Clock
  /** As it stands now; undefined once there is nothing to watch any more. */
  probing: () => Probing | undefined
  /** Never throws. */
  ask: (watched: Watched, signal: AbortSignal) => Promise<boolean>
  onAnswer: (answer: Answer) => void
}

export function createProbeLoop({ clock, probing, ask, onAnswer }: ProbeLoopDeps): ProbeLoop {
  const ended = new AbortController()
  const asking = new Map<string, Promise<void>>()
  let cancel: () => void = () => {}

  function look(): void {
    cancel()
    const now = probing()
    if (!now || ended.signal.aborted) return
    const idle = now.filter((watched) => !asking.has(keyOf(watched)))
    for (const watched of due(idle, clock.monotonicMs())) {
      asking.set(keyOf(watched), askOne(watched))
    }
    const rest = now.filter((watched) => !asking.has(keyOf(watched)))
    const nextMs = nextDueMs(rest)
    if (nextMs === Number.POSITIVE_INFINITY) return
    cancel = clock.timer(Math.max(0, nextMs - clock.monotonicMs()), look)
  }

  async function askOne(watched: Watched): Promise<void> {
    const { part, role } = watched
    const ok = await ask(watched, ended.signal)
    asking.delete(keyOf(watched))
    if (ended.signal.aborted) return
    onAnswer({ part, role, ok })
    look()
  }

  return {
    look,
    async stop() {
      cancel()
      ended.abort()
      await Promise.all(asking.values())
    },
  }
}

function keyOf({ part, role }: Watched): string {
  return `${part}/${role}`
}
