/**
 * The search of Wing and Gong ("Testing and Verifying Concurrent Objects", 1993) as Lowe made it fast
 * ("Testing for Linearizability", 2017): a configuration, what has taken effect and the value that
 * this left, is tried once. Keys are independent, so each is searched alone (linearizability is local:
 * Herlihy and Wing, theorem 1). Orders that can only end as another one does are left out:
 * - What was answered as by an operation that changes nothing, whenever it comes, comes as soon as it may:
 *   any order in which it comes later is as good with it there.
 * - An operation that was never answered and would change nothing never takes effect.
 * - Of those that are alike but for when they were called (`alike.ts`) the one called first takes effect
 *   first: it may come wherever the other may.
 */

import { earlierAlike } from './alike.ts'
import { after, type Operation, told, type Value } from './register.ts'
import { createTimeline, type TimelineEvent } from './timeline.ts'

export interface CheckOptions {
  /** Configurations tried per key before giving up. Default 1,000,000. */
  configurationsMax?: number
}

export type LinearizabilityResult =
  | { verdict: 'linearizable' }
  /** No order explains the operations on this key. */
  | { verdict: 'violated'; key: string; history: string[] }
  /** The search was too long. A checker that answers neither way says so. */
  | { verdict: 'undecided'; key: string }

export function checkLinearizable(
  history: readonly Operation[],
  options: CheckOptions = {},
): LinearizabilityResult {
  const byKey = new Map<string, Operation[]>()
  for (const operation of history) {
    // A read that nobody heard the answer of constrains nothing.
    if (operation.kind === 'read' && operation.answeredAt === undefined) continue
    byKey.set(operation.key, [...(byKey.get(operation.key) ?? []), operation])
  }
  for (const [key, operations] of byKey) {
    const verdict = search(operations, options.configurationsMax ?? 1_000_000)
    if (verdict === 'undecided') return { verdict, key }
    if (verdict === 'violated') return { verdict, key, history: operations.map(told) }
  }
  return { verdict: 'linearizable' }
}

interface Choice {
  operation: number
  valueBefore: Value
  /** Nothing else is to be tried in its place. */
  forced: boolean
}

function search(
  operations: readonly Operation[],
  configurationsMax: number,
): LinearizabilityResult['verdict'] {
  const timeline = createTimeline(operations)
  const earlier = earlierAlike(operations)
  const tried = new Set<string>()
  const chosen: Choice[] = []
  let done = 0n
  let value: Value
  let answersLeft = operations.filter(({ answeredAt }) => answeredAt !== undefined).length
  const answered = (at: number): number => (operations[at]?.answeredAt === undefined ? 0 : 1)
  const bit = (at: number): bigint => 1n << BigInt(at)

  let event = forcedOr(timeline.first())
  while (answersLeft > 0) {
    const next = event?.kind === 'call' ? tryNext(event.operation) : undefined
    if (event?.kind === 'call' && next) {
      chosen.push({ operation: event.operation, valueBefore: value, forced: next.forced })
      done |= bit(event.operation)
      value = next.value
      answersLeft -= answered(event.operation)
      timeline.lift(event.operation)
      event = forcedOr(timeline.first())
    } else if (event?.kind === 'call') {
      event = event.next
    } else {
      // Somebody was answered before any order of what is left could explain it: take back a choice.
      const last = takeBack()
      if (last === undefined) return 'violated'
      event = timeline.call(last).next
    }
    if (tried.size > configurationsMax) return 'undecided'
  }
  return 'linearizable'

  /** The last choice in whose place something else may be tried; undefined where there is none. */
  function takeBack(): number | undefined {
    for (let last = chosen.pop(); last; last = chosen.pop()) {
      done &= ~bit(last.operation)
      value = last.valueBefore
      answersLeft += answered(last.operation)
      timeline.putBack(last.operation)
      if (!last.forced) return last.operation
    }
    return undefined
  }

  function forcedOr(first: TimelineEvent | undefined): TimelineEvent | undefined {
    for (let event = first; event?.kind === 'call'; event = event.next) {
      if (isForced(event.operation)) return event
    }
    return first
  }

  function isForced(at: number): boolean {
    const operation = operations[at]
    return operation !== undefined && changesNothing(operation) && isPossible(operation)
  }

  function isPossible(operation: Operation): boolean {
    return after(value, operation) !== 'impossible'
  }

  function tryNext(at: number): { value: Value; forced: boolean } | undefined {
    const operation = operations[at]
    const result = operation ? after(value, operation) : 'impossible'
    if (!operation || result === 'impossible') return undefined
    if (changesNothing(operation)) return { value, forced: true }
    if (operation.answeredAt === undefined && result.value === value) return undefined
    const before = earlier[at]
    if (before !== undefined && (done & bit(before)) === 0n) return undefined
    const left = result.value === undefined ? 'nothing' : `= ${result.value}`
    const configuration = `${(done | bit(at)).toString(36)} ${left}`
    if (tried.has(configuration)) return undefined
    tried.add(configuration)
    return { ...result, forced: false }
  }
}

/** Whenever it takes effect, by what was answered. */
function changesNothing(operation: Operation): boolean {
  if (operation.answeredAt === undefined) return false
  return operation.kind === 'read' || (operation.kind === 'cas' && operation.swapped === false)
}
