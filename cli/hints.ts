/** Which command leads on from a failure, for people. */
import { textAt } from './failures.ts'

/** By what there is none of. */
const LISTED_BY: ReadonlyMap<string, string> = new Map([
  ['node', 'mycelium nodes'],
  ['workload', 'mycelium ps'],
  ['owner', 'mycelium members'],
])

/** Empty where nothing is known that would help. */
export function hintFor(code: string, details: unknown): string {
  if (code === 'NO_NETWORK') return 'With: mycelium init, or mycelium join'
  const list = code === 'NOT_FOUND' ? LISTED_BY.get(textAt(details, 'what') ?? '') : undefined
  return list === undefined ? '' : `Those that there are: ${list}`
}
