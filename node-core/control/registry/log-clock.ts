/**
 * The log's only clock. Every batch carries its author's time; those of voters count. The log's time
 * is the highest that a majority of the voters has claimed, and never goes back: fewer than half of
 * them, liars or with a wrong clock, can neither push it ahead nor hold it back (docs/adr/0010).
 *
 * `uptimeMs`, by which leases end, follows it in steps of at most `ADVANCE_MS_MAX`: while the log
 * stood still nobody could renew, so that is no time.
 */
import { z } from 'zod'
import type { Plain } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { ADVANCE_MS_MAX, AHEAD_MS_MAX, TICK_MS } from './limits.ts'
import { nodeId, sequence } from './shapes.ts'

export interface LogClock {
  /** Since the Unix epoch. */
  readonly timeMs: number
  readonly uptimeMs: number
  readonly voters: readonly NodeId[]
  /** How far the batch that is being applied claims to be ahead of the log, at most `AHEAD_MS_MAX`. */
  readonly aheadMs: number
  /** When the batch that is being applied was sealed, as it says itself. */
  readonly batchMs: number
  /**
   * For people alone: when what is being applied was asked for. The log's time stands still while
   * voters have nothing to say, so its author's word counts where that is later.
   */
  readonly askedMs: number
  /** A batch begins, whoever its author is. */
  begin(timeMs: number): void
  setVoters(voters: readonly NodeId[]): void
  /** A voter's latest word; anybody else's is ignored. True when the time moved. */
  claim(node: NodeId, timeMs: number): boolean
  /** Whether this voter's time would be news. */
  isTickDue(node: NodeId, nowMs: number): boolean
  pack(): Plain
  load(packed: unknown): boolean
}

const PACKED = z.tuple([sequence, sequence, z.array(nodeId), z.array(z.tuple([nodeId, sequence]))])

export function createLogClock(startMs: number): LogClock {
  let timeMs = startMs
  let uptimeMs = 0
  let voters: readonly NodeId[] = []
  let claims = new Map<NodeId, number>()
  let aheadMs = 0
  let sealedMs = startMs

  /** What a majority has reached, as Raft counts what a majority holds. */
  function majorityTime(): number {
    const claimed = voters
      .map((voter) => claims.get(voter) ?? 0)
      .sort((left, right) => right - left)
    return claimed[Math.floor(voters.length / 2)] ?? 0
  }

  return {
    get timeMs() {
      return timeMs
    },
    get uptimeMs() {
      return uptimeMs
    },
    get voters() {
      return voters
    },
    get aheadMs() {
      return aheadMs
    },
    get batchMs() {
      return sealedMs
    },
    get askedMs() {
      return Math.max(timeMs, sealedMs)
    },
    begin(batchMs) {
      sealedMs = batchMs
      aheadMs = Math.min(Math.max(batchMs - timeMs, 0), AHEAD_MS_MAX)
    },
    setVoters(next) {
      voters = [...new Set(next)].sort()
      claims = new Map([...claims].filter(([voter]) => voters.includes(voter)))
    },
    claim(node, claimedMs) {
      if (!voters.includes(node)) return false
      claims.set(node, claimedMs)
      const advance = majorityTime() - timeMs
      if (advance <= 0) return false
      timeMs += advance
      uptimeMs += Math.min(advance, ADVANCE_MS_MAX)
      return true
    },
    isTickDue: (node, nowMs) =>
      voters.includes(node) && nowMs - Math.max(timeMs, claims.get(node) ?? 0) >= TICK_MS,
    pack: () => [
      timeMs,
      uptimeMs,
      voters,
      voters.flatMap((voter) => {
        const claimed = claims.get(voter)
        return claimed === undefined ? [] : [[voter, claimed]]
      }),
    ],
    load(packed) {
      const parsed = PACKED.safeParse(packed)
      if (!parsed.success) return false
      const [time, uptime, voting, claimed] = parsed.data
      timeMs = time
      uptimeMs = uptime
      voters = voting
      claims = new Map(claimed)
      return true
    },
  }
}
