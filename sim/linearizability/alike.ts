/** Operations in whose place another one does as well. */
import type { Operation, Value } from './register.ts'

/**
 * For each operation the one called last before it that is alike; undefined where there is none. Alike
 * are writes that nobody was answered for, which write over the same, and whose values nobody asks for:
 * by none of those can be told which of them took effect.
 */
export function earlierAlike(operations: readonly Operation[]): (number | undefined)[] {
  const asked = new Set<Value>(operations.map(valueAsked))
  const earlier: (number | undefined)[] = operations.map(() => undefined)
  const last = new Map<string, number>()
  const inOrder = [...operations.entries()].sort(
    ([a, { calledAt: then }], [b, { calledAt: now }]) => then - now || a - b,
  )
  for (const [at, operation] of inOrder) {
    const kind = kindOf(operation)
    if (operation.answeredAt !== undefined || kind === undefined) continue
    if (asked.has(operation.kind === 'read' ? undefined : operation.value)) continue
    earlier[at] = last.get(kind)
    last.set(kind, at)
  }
  return earlier
}

function valueAsked(operation: Operation): Value {
  if (operation.kind === 'put') return undefined
  return operation.kind === 'cas' ? operation.expected : operation.value
}

function kindOf(operation: Operation): string | undefined {
  if (operation.kind === 'read') return undefined
  if (operation.kind === 'put') return 'put'
  return operation.expected === undefined ? 'cas' : `cas ${operation.expected}`
}
