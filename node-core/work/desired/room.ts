/** Which earlier generations of a workload are worth their room. Pure. */
import { templateOf, type Workload, withoutRestarts } from '../spec/index.ts'
import type { PastWorkload } from './index.ts'
import { RULES_KEPT_MAX } from './limits.ts'

/**
 * The generation that makes room first: the oldest of those after which rules alone changed, where
 * there are many of them; so no number of such changes pushes out what ran before. What runs now stays
 * as it began, which tells what was changed since. Undefined where there are few: the oldest of all.
 * `past` is the latest first, `next` what comes after it.
 */
export function worthLeast(past: readonly PastWorkload[], next: Workload): number | undefined {
  const begins = past.findIndex(({ workload }) => templateOf(workload) !== templateOf(next)) - 1
  const ofRules = past.filter(({ workload }, age) => {
    const successor = past[age - 1]?.workload ?? next
    // While that takes over, what it took the place of is what it would go back to.
    if (age === begins || age === begins + 1) return false
    return alike(workload, successor)
  })
  return ofRules.length < RULES_KEPT_MAX ? undefined : ofRules.at(-1)?.generation
}

/** Copies that were started anew run what they ran. */
function alike(a: Workload, b: Workload): boolean {
  return templateOf(withoutRestarts(a)) === templateOf(withoutRestarts(b))
}
