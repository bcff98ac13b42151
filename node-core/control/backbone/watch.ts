/** What a leader has seen of its members since it leads: who is silent, and who learns. */
import type { NodeId } from '../../base/net/index.ts'
import type { Members, PeerProgress } from '../consensus/index.ts'
import {
  CATCH_UP_ENTRIES,
  HEADWAY_MS,
  LEARNER_SILENT_MS,
  STALLED_MS,
  UNSEEN_BYTES_PER_MS,
} from './limits.ts'

export interface MemberWatch {
  look(seen: Seen, nowMs: number): void
  /** 0 for whoever is heard, and at the first look that found it silent. */
  silentMs(node: NodeId): number
  isStalled(node: NodeId): boolean
  caughtUp(): ReadonlySet<NodeId>
}

export interface Seen {
  members: Members
  progress: readonly PeerProgress[]
  committed: number
  /**
   * What a learner may be taking in without anybody's being told, as under Simplex, where it fetches
   * a snapshot from one of many. Default 0. Bytes.
   */
  unseenBytes?: number
}

interface Row {
  silentSinceMs: number | undefined
  match: number
  /** Of a snapshot on its way. */
  snapshotBytes: number
  headwayMs: number
}

export function createMemberWatch(): MemberWatch {
  let rows = new Map<NodeId, Row>()
  let learned = new Set<NodeId>()
  const stalledUntilMs = new Map<NodeId, number>()
  let now = 0

  /** A large snapshot over a slow line takes longer than anybody is waited for. */
  function rowFor({ node, match, recentlyActive, snapshotBytes = 0 }: PeerProgress): Row {
    const before = rows.get(node)
    const isHeadway = !before || match > before.match || snapshotBytes > before.snapshotBytes
    return {
      snapshotBytes,
      silentSinceMs: recentlyActive ? undefined : (before?.silentSinceMs ?? now),
      match,
      headwayMs: isHeadway ? now : before.headwayMs,
    }
  }

  function isWithoutHope({ silentSinceMs, headwayMs }: Row, unseenBytes: number): boolean {
    const silent = silentSinceMs !== undefined && now - silentSinceMs >= LEARNER_SILENT_MS
    return silent || now - headwayMs >= HEADWAY_MS + unseenBytes / UNSEEN_BYTES_PER_MS
  }

  return {
    look({ members, progress, committed, unseenBytes = 0 }, nowMs) {
      now = nowMs
      rows = new Map(progress.map((one) => [one.node, rowFor(one)]))
      learned = new Set(
        progress.filter((one) => isCaughtUp(one, committed)).map(({ node }) => node),
      )
      for (const node of members.learners) {
        const row = rows.get(node)
        if (row && !learned.has(node) && isWithoutHope(row, unseenBytes)) {
          stalledUntilMs.set(node, now + STALLED_MS)
        }
      }
      for (const [node, untilMs] of stalledUntilMs) if (untilMs <= now) stalledUntilMs.delete(node)
    },
    silentMs(node) {
      const since = rows.get(node)?.silentSinceMs
      return since === undefined ? 0 : now - since
    },
    isStalled: (node) => stalledUntilMs.has(node),
    caughtUp: () => learned,
  }
}

/** A node that has said nothing yet counts as active for a while; it holds nothing either. */
export function isCaughtUp(
  { match, recentlyActive }: Pick<PeerProgress, 'match' | 'recentlyActive'>,
  committed: number,
): boolean {
  return recentlyActive && match > 0 && committed - match <= CATCH_UP_ENTRIES
}
