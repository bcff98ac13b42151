/**
 * Which copies of this node are ready, and not yet for as long as their workload wants before they count
 * for its change (docs/adr/0022). Only this node measures it, by its own clock: all others, placement
 * among them, are told, so that everybody decides alike.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { LocalInstance } from './local-instance.ts'

export interface WarmUps {
  /** Until when it warms up, ISO 8601, for people; nothing once it is warm, and of what is not ready. */
  until(local: LocalInstance): string | undefined
  /** The same, told to others from now on. */
  tell(local: LocalInstance): string | undefined
  /** Those of which what was told is no longer true, as when their workload's rule has changed. */
  outdated(locals: readonly LocalInstance[]): LocalInstance[]
  forget(id: string): void
  stop(): void
}

export interface WarmUpDeps {
  clock: Clock
  /** Milliseconds; 0 where there is nothing to warm up for. */
  warmUpMsOf: (local: LocalInstance) => number
  /** It is warm by now. */
  onWarm: (id: string) => void
}

interface Ready {
  sinceMs: number
  sinceWallMs: number
  told: string | undefined
  cancel: () => void
}

export function createWarmUps({ clock, warmUpMsOf, onWarm }: WarmUpDeps): WarmUps {
  const ready = new Map<string, Ready>()

  function forget(id: string): void {
    ready.get(id)?.cancel()
    ready.delete(id)
  }

  function until(local: LocalInstance): string | undefined {
    const { id, phase, health } = local
    // A break begins it anew.
    if (phase.kind !== 'running' || health !== 'healthy') {
      forget(id)
      return undefined
    }
    const now = { sinceMs: clock.monotonicMs(), sinceWallMs: clock.wallMs() }
    const { sinceMs, sinceWallMs } = ready.get(id) ?? now
    if (!ready.has(id)) ready.set(id, { ...now, told: undefined, cancel: () => {} })
    const warmUpMs = warmUpMsOf(local)
    const isWarm = clock.monotonicMs() >= sinceMs + warmUpMs
    return isWarm ? undefined : new Date(sinceWallMs + warmUpMs).toISOString()
  }

  function tell(local: LocalInstance): string | undefined {
    const said = until(local)
    const entry = ready.get(local.id)
    if (!entry) return said
    entry.told = said
    entry.cancel()
    const leftMs = entry.sinceMs + warmUpMsOf(local) - clock.monotonicMs()
    entry.cancel = said === undefined ? () => {} : clock.timer(leftMs, () => onWarm(local.id))
    return said
  }

  return {
    until,
    tell,
    outdated: (locals) => locals.filter((local) => until(local) !== ready.get(local.id)?.told),
    forget,
    stop() {
      for (const id of [...ready.keys()]) forget(id)
    },
  }
}
