/** Which data is of networks that this computer has left, and until when it is kept. Pure. */
import { z } from 'zod'
import type { NodeVolume } from '../runners/index.ts'
import type { LeftVolume } from './index.ts'
import { KEPT_AFTER_DELETE_MS, LEFT_NETWORKS_MAX, SEEN_AFTER_DELETE_MS } from './limits.ts'

/** When a network was left, and how long this computer has been on since. */
export type Leaving = { name: string; atMs: number; seenMs: number }
/** The last one of each, by the network's id. */
export type Leavings = ReadonlyMap<string, Leaving>

/** Whose data is not left: this node's, in the network that its home is in. */
export interface Present {
  network: string
  node: string
}

export function isPresent(
  { network, node }: Pick<NodeVolume, 'network' | 'node'>,
  now: Present | undefined,
): boolean {
  return network === now?.network && node === now.node
}

/**
 * Of all networks but the one that this computer is in. One that it did not say goodbye to (its record was
 * lost, or is of an older version) has no end of its own.
 */
export function leftVolumes(
  held: readonly NodeVolume[],
  current: Present | undefined,
  leavings: Leavings,
): LeftVolume[] {
  return held
    .filter((volume) => !isPresent(volume, current))
    .map((volume) => {
      const left = leavings.get(volume.network)
      return {
        ...volume,
        // Two networks may have a volume of one name, of the same owner even.
        leftId: `${volume.id}@${volume.network.slice(0, 8)}`,
        ...(left && { networkName: left.name, untilMs: left.atMs + KEPT_AFTER_DELETE_MS }),
      }
    })
    .sort((a, b) => (a.leftId < b.leftId ? -1 : 1))
}

/** Those whose time is over, by the clock and by what this computer has seen of it. */
export function dueOf(
  left: readonly LeftVolume[],
  leavings: Leavings,
  nowMs: number,
): LeftVolume[] {
  return left.filter(({ network, untilMs }) => {
    const seenMs = leavings.get(network)?.seenMs ?? 0
    return untilMs !== undefined && nowMs >= untilMs && seenMs >= SEEN_AFTER_DELETE_MS
  })
}

/** By its id or a beginning of it. */
export function matching(left: readonly LeftVolume[], id: string): LeftVolume[] {
  return left.filter(({ leftId }) => {
    return leftId === id || leftId.startsWith(`${id}.`) || leftId.startsWith(`${id}@`)
  })
}

const STORED = z.object({
  version: z.literal(1),
  left: z.record(
    z.string(),
    z.object({ name: z.string(), atMs: z.number(), seenMs: z.number().default(0) }),
  ),
})

/** The latest alone, where there are very many. */
export function storedLeavings(leavings: Leavings) {
  const latest = [...leavings].sort(([, a], [, b]) => b.atMs - a.atMs).slice(0, LEFT_NETWORKS_MAX)
  return { version: 1, left: Object.fromEntries(latest) }
}

/** None where they cannot be read: then nothing goes by itself. */
export function parseLeavings(value: unknown): Leavings {
  const parsed = STORED.safeParse(value)
  return new Map(parsed.success ? Object.entries(parsed.data.left) : [])
}
