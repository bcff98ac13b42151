/** What lies between the nodes: time, loss, walls, and nodes that are gone. */
import type { NodeId } from '../../node-core/base/net/index.ts'
import type { Random } from '../../node-core/base/random/index.ts'
import type { Queue } from './queue.ts'

export interface Links {
  dropRate: number
  /** Nodes on the far side of a wall. */
  wall: ReadonlySet<NodeId>
  passes(from: NodeId, to: NodeId): boolean
  /**
   * One or the other is run. A stream loses nothing as long as it stands: what meets a wall is tried
   * again for a time, and where something is lost for good the connection breaks, and whoever waits is
   * told in a while.
   */
  send(from: NodeId, to: NodeId, arrive: () => void, broken: () => void): void
  readonly counts: { dropped: number; walled: number; delivered: number }
}

const DELAY_MS_MAX = 20
const BREAK_MS_MAX = 4_000
const TRY_AGAIN_MS = 500
const TRIES_MAX = 20

export function createLinks(queue: Queue, random: Random): Links {
  const counts = { dropped: 0, walled: 0, delivered: 0 }

  function attempt(
    from: NodeId,
    to: NodeId,
    run: { arrive(): void; broken(): void },
    tries: number,
  ) {
    if (links.passes(from, to)) {
      counts.delivered++
      queue.in(1 + random.int(DELAY_MS_MAX), run.arrive)
      return
    }
    if (tries === 0) counts.walled++
    if (tries >= TRIES_MAX) run.broken()
    else queue.in(TRY_AGAIN_MS, () => attempt(from, to, run, tries + 1))
  }

  const links: Links = {
    dropRate: 0,
    wall: new Set(),
    counts,
    passes: (from, to) => links.wall.has(from) === links.wall.has(to),
    send(from, to, arrive, broken) {
      if (random.float() >= links.dropRate) return attempt(from, to, { arrive, broken }, 0)
      counts.dropped++
      queue.in(random.int(BREAK_MS_MAX), broken)
    },
  }
  return links
}
