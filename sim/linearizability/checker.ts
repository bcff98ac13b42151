/**
 * The search of Wing and Gong ("Testing and Verifying Concurrent Objects", 1993) as Lowe made it fast
 * ("Testing for Linearizability", 2017): a configuration, what has taken effect and the value that
 * this left, is tried once. Keys are independent, so each is searched alone (linearizability is local:
 * Herlihy and Wing, theorem 1).
 */

import { after, type Operation, told, type Value } from './register.ts'
import { createTimeline } from './timeline.ts'

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
}

function search(
  operations: readonly Operation[],
  configurationsMax: number,
): LinearizabilityResult['verdict'] {
  const timeline = createTimeline(operations)
  const tried = new Set<string>()
  const chosen: Choice[] = []
  let done = 0n
  let value: Value
  let answersLeft = operations.filter(({ answeredAt }) => answeredAt !== undefined).length
  const answered = (at: number): number => (operations[at]?.answeredAt === undefined ? 0 : 1)

  let event = timeline.first()
  while (answersLeft > 0) {
    const next = event?.kind === 'call' ? tryNext(event.operation) : undefined
    if (event?.kind === 'call' && next) {
      chosen.push({ operation: event.operation, valueBefore: value })
      done |= 1n << BigInt(event.operation)
      value = next.value
      answersLeft -= answered(event.operation)
      timeline.lift(event.operation)
      event = timeline.first()
    } else if (event?.kind === 'call') {
      event = event.next
    } else {
      // Somebody was answered before any order of what is left could explain it: take back a choice.
      const last = chosen.pop()
      if (!last) return 'violated'
      done &= ~(1n << BigInt(last.operation))
      value = last.valueBefore
      answersLeft += answered(last.operation)
      timeline.putBack(last.operation)
      event = timeline.call(last.operation).next
    }
    if (tried.size > configurationsMax) return 'undecided'
  }
  return 'linearizable'

  function tryNext(at: number): { value: Value } | undefined {
    const operation = operations[at]
    const result = operation ? after(value, operation) : 'impossible'
    if (result === 'impossible') return undefined
    const left = result.value === undefined ? 'nothing' : `= ${result.value}`
    const configuration = `${(done | (1n << BigInt(at))).toString(36)} ${left}`
    if (tried.has(configuration)) return undefined
    tried.add(configuration)
    return result
  }
}
