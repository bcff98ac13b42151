/**
 * Whom to ask to be taken in. A round begins at the committee, its leader last, and goes down from
 * whoever is full to those it names; a round in which nobody took this node ends in a rest.
 */
import type { NodeId } from '../../base/net/index.ts'
import { type Random, shuffle } from '../../base/random/index.ts'
import type { Facts } from './effects.ts'
import { KNOWN_MAX, REST_MS, REST_MS_MAX, ROUND_ASKS_MAX } from './limits.ts'

export interface Route {
  /** Undefined while it rests, or where there is nobody. */
  next(nowMs: number): NodeId | undefined
  /** Somebody who is asked, or followed, names others. */
  refer(others: readonly NodeId[]): void
  avoid(node: NodeId, untilMs: number): void
  /** Somebody has taken this node in. */
  settled(): void
  /** The committee has changed: nobody rests over what was. */
  begin(): void
  /** A whole round has failed: even the leader shall take this node in. */
  readonly presses: boolean
  readonly others: readonly NodeId[]
  dueMs(): number | undefined
}

export interface RouteDeps {
  self: NodeId
  random: Random
  facts(): Facts
  isHub(node: NodeId): boolean
  /**
   * Whether this node serves others: then only somebody less deep will do, as a rule, so it looks far
   * before it looks deep.
   */
  looksFar(): boolean
}

export function createRoute(deps: RouteDeps): Route {
  const { random } = deps
  /** The next one to ask comes last. */
  let waiting: NodeId[] | undefined
  const asked = new Set<NodeId>()
  const avoided = new Map<NodeId, number>()
  let known: NodeId[] = []
  let failures = 0
  let restUntilMs = 0

  function beginRound(): NodeId[] {
    const { roots, leader } = deps.facts()
    asked.clear()
    const others = shuffle(
      random,
      roots.filter((node) => node !== leader),
    )
    const last = leader !== undefined && roots.includes(leader) ? [leader] : []
    return [...last, ...[...known].reverse(), ...others]
  }

  function rest(nowMs: number): void {
    const ms = Math.min(REST_MS * 2 ** failures, REST_MS_MAX)
    restUntilMs = nowMs + ms * (0.5 + random.float())
    failures = Math.min(failures + 1, 16)
    waiting = undefined
  }

  function isOpen(node: NodeId, nowMs: number): boolean {
    return node !== deps.self && !asked.has(node) && (avoided.get(node) ?? 0) <= nowMs
  }

  return {
    next(nowMs) {
      if (nowMs < restUntilMs || deps.facts().roots.length === 0) return undefined
      waiting ??= beginRound()
      while (asked.size < ROUND_ASKS_MAX) {
        const node = waiting.pop()
        if (node === undefined) break
        if (!isOpen(node, nowMs)) continue
        asked.add(node)
        return node
      }
      rest(nowMs)
      return undefined
    },
    refer(others) {
      const hubs = shuffle(random, others.filter(deps.isHub))
      const rest = shuffle(
        random,
        others.filter((node) => !deps.isHub(node)),
      )
      const named = [...rest, ...hubs]
      known = [...new Set([...[...named].reverse(), ...known])].slice(0, KNOWN_MAX)
      if (waiting) waiting = deps.looksFar() ? [...named, ...waiting] : [...waiting, ...named]
    },
    avoid(node, untilMs) {
      avoided.delete(node)
      avoided.set(node, untilMs)
      const [oldest] = avoided.keys()
      if (avoided.size > KNOWN_MAX && oldest !== undefined) avoided.delete(oldest)
    },
    settled() {
      waiting = undefined
      failures = 0
    },
    begin() {
      waiting = undefined
      failures = 0
      restUntilMs = 0
    },
    get presses() {
      return failures > 0
    },
    get others() {
      return known
    },
    dueMs: () => (deps.facts().roots.length > 0 ? restUntilMs : undefined),
  }
}
