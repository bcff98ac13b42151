/** How many networks are kept ready, and which: what was started lately is what is started next. */
import { SANDBOX_KEEP_MS } from './limits.ts'

export interface SandboxDemand {
  /** Of the engine. */
  network: string
  /** Whether names of the outside are looked up there. */
  resolves: boolean
  /** By a clock that does not go back. */
  atMs: number
}

/** The last starts, oldest first; no more of them than networks are kept ready. */
export function withDemand(
  before: readonly SandboxDemand[],
  demand: SandboxDemand,
  most: number,
): readonly SandboxDemand[] {
  return most === 0 ? [] : [...before, demand].slice(-most)
}

/**
 * One ready for each of the last starts, for a while; after that a single one while work runs here, since
 * that may have to be started again, and none on a computer without work.
 */
export function stillWanted(
  demands: readonly SandboxDemand[],
  { nowMs, works }: { nowMs: number; works: boolean },
): readonly SandboxDemand[] {
  const fresh = demands.filter(({ atMs }) => nowMs - atMs < SANDBOX_KEEP_MS)
  const last = demands.at(-1)
  return fresh.length === 0 && works && last ? [last] : fresh
}

/** What is ready beyond what is wanted, and the first that is wanted and not ready. */
export function comparedWith<T extends { network: string }>(
  ready: Iterable<T>,
  wanted: readonly SandboxDemand[],
): { surplus: T[]; lacking: SandboxDemand | undefined } {
  const open = [...wanted]
  const surplus: T[] = []
  for (const one of ready) {
    const at = open.findIndex(({ network }) => network === one.network)
    if (at === -1) surplus.push(one)
    else open.splice(at, 1)
  }
  return { surplus, lacking: open[0] }
}
