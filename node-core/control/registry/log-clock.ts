/**
 * The log's only clock. Every batch carries its author's time; those of voters count. The log's time
 * is the highest that a majority of the voters has claimed, and never goes back: fewer than half of
 * them, liars or with a wrong clock, can neither push it ahead nor hold it back (docs/adr/0010).
 *
 * A voter whose clock is far behind the log counts by what passes on it, not by what it shows: where the
 * others are away it would hold the log's time until it had come to where that stands.
 *
 * `uptimeMs`, by which leases end, follows it in steps of at most `ADVANCE_MS_MAX`: while the log
 * stood still nobody could renew, so that is no time.
 */
import { z } from 'zod'
import type { Plain } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { ADVANCE_MS_MAX, AHEAD_MS_MAX, BEHIND_MS_MAX } from './limits.ts'
import { nodeId, sequence } from './shapes.ts'

export interface LogClock {
  /** Since the Unix epoch. */
  readonly timeMs: number
  readonly uptimeMs: number
  readonly voters: readonly NodeId[]
  /**
   * How far the batch that is being applied claims to be ahead of the log, at most `AHEAD_MS_MAX`; so much
   * where its author's clock is behind the log, which says nothing of what the log has to catch up.
   */
  readonly aheadMs: number
  /** When the batch that is being applied was sealed, as it says itself. */
  readonly batchMs: number
  /**
   * For people alone: when what is being applied was asked for. The log's time stands still while
   * voters have nothing to say, so its author's word counts where that is later.
   */
  readonly askedMs: number
  /** A batch begins, whoever its author is. `passing`: as of a claim. */
  begin(timeMs: number, options: { passing: boolean }): void
  setVoters(voters: readonly NodeId[]): void
  /**
   * A voter's latest word; anybody else's is ignored. True when the time moved. `passing`: whether one that
   * is far behind counts by what passes on it, as from version 2 of the rules on.
   */
  claim(node: NodeId, timeMs: number, options: { passing: boolean }): boolean
  /** Whether this voter's time would be news, if every so many milliseconds are. */
  isTickDue(node: NodeId, nowMs: number, everyMs: number): boolean
  pack(): Plain
  load(packed: unknown): boolean
}

/** A clock that is far behind: when it showed `shownMs`, the log's time was `logMs`. */
interface Behind {
  shownMs: number
  logMs: number
}

const claimsOf = z.array(z.tuple([nodeId, sequence]))
const behindOf = z.array(z.tuple([nodeId, sequence, sequence]))
const PACKED = z.union([
  z.tuple([sequence, sequence, z.array(nodeId), claimsOf]),
  z.tuple([sequence, sequence, z.array(nodeId), claimsOf, behindOf]),
])
/** By so much slower does it count: a log that a wrong clock had pushed ahead comes back to the right time. */
const [SLOWER, THAN] = [9, 10]

export function createLogClock(startMs: number): LogClock {
  let timeMs = startMs
  let uptimeMs = 0
  let voters: readonly NodeId[] = []
  let claims = new Map<NodeId, number>()
  let behind = new Map<NodeId, Behind>()
  let aheadMs = 0
  let sealedMs = startMs

  function reachOf(voter: NodeId): number {
    const claimedMs = claims.get(voter) ?? 0
    const from = behind.get(voter)
    if (!from) return claimedMs
    return from.logMs + Math.floor(((claimedMs - from.shownMs) * SLOWER) / THAN)
  }

  const isBehind = (shownMs: number): boolean => shownMs + BEHIND_MS_MAX < timeMs

  /** Anew where it was set back, or has fallen behind again. */
  function place(voter: NodeId, shownMs: number): void {
    if (!isBehind(shownMs)) behind.delete(voter)
    else if (!behind.has(voter) || isBehind(reachOf(voter)))
      behind.set(voter, { shownMs, logMs: timeMs })
  }

  /** What a majority has reached, as Raft counts what a majority holds. */
  function majorityTime(): number {
    const claimed = voters.map(reachOf).sort((left, right) => right - left)
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
    begin(batchMs, { passing }) {
      sealedMs = batchMs
      const saysNothing = passing && batchMs + ADVANCE_MS_MAX < timeMs
      aheadMs = saysNothing ? AHEAD_MS_MAX : Math.min(Math.max(batchMs - timeMs, 0), AHEAD_MS_MAX)
    },
    setVoters(next) {
      voters = [...new Set(next)].sort()
      claims = new Map([...claims].filter(([voter]) => voters.includes(voter)))
      behind = new Map([...behind].filter(([voter]) => voters.includes(voter)))
    },
    claim(node, claimedMs, { passing }) {
      if (!voters.includes(node)) return false
      claims.set(node, claimedMs)
      if (passing) place(node, claimedMs)
      const advance = majorityTime() - timeMs
      if (advance <= 0) return false
      timeMs += advance
      uptimeMs += Math.min(advance, ADVANCE_MS_MAX)
      return true
    },
    isTickDue(node, nowMs, everyMs) {
      if (!voters.includes(node)) return false
      const claimedMs = claims.get(node) ?? 0
      // A clock that was set back has claimed what is no news.
      const toldMs = claimedMs > nowMs ? 0 : claimedMs
      return nowMs - (isBehind(nowMs) ? toldMs : Math.max(timeMs, toldMs)) >= everyMs
    },
    pack() {
      const claimed = [...claims].sort(byVoter)
      const placed = [...behind].sort(byVoter)
      return [
        ...[timeMs, uptimeMs, [...voters], claimed],
        ...(placed.length > 0
          ? [placed.map(([voter, { shownMs, logMs }]) => [voter, shownMs, logMs])]
          : []),
      ]
    },
    load(packed) {
      const parsed = PACKED.safeParse(packed)
      if (!parsed.success) return false
      const [time, uptime, voting, claimed, placed = []] = parsed.data
      timeMs = time
      uptimeMs = uptime
      voters = voting
      claims = new Map(claimed)
      behind = new Map(placed.map(([voter, shownMs, logMs]) => [voter, { shownMs, logMs }]))
      return true
    },
  }
}

function byVoter([left]: [NodeId, unknown], [right]: [NodeId, unknown]): number {
  return left < right ? -1 : 1
}
