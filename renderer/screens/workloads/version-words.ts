/** What a change of a workload changed, as much of it as is shown. */
import type { PastVersion } from '../../../node-core/api/contract/index.ts'

type Changed = NonNullable<PastVersion['changed']>

/** Fields of one change that are shown. */
const CHANGES_SHOWN_MAX = 10
/** Of a value of such a field. */
const VALUE_LETTERS_MAX = 160

/** `left`: fields beyond those in `lines`. */
export function changeWords({ changes, replaces }: Changed) {
  const [first] = changes
  if (changes.length === 1 && first?.path === 'restarted') {
    // Each restart has a higher mark; a lower one, or none, came back with a version before.
    const isRestart = Number(first.after ?? 0) > Number(first.before ?? 0)
    const intro = isRestart ? 'workloads.version.restarted' : 'workloads.version.restartTakenBack'
    return { intro, lines: [], left: 0 } as const
  }
  const lines = changes.slice(0, CHANGES_SHOWN_MAX).map(({ path, before, after }) => {
    return { path, before: short(before), after: short(after) }
  })
  const intro = replaces ? 'workloads.version.replaced' : 'workloads.version.stayed'
  return { intro, lines, left: changes.length - lines.length } as const
}

function short(value: string | undefined): string | undefined {
  if (value === undefined || value.length <= VALUE_LETTERS_MAX) return value
  return `${value.slice(0, VALUE_LETTERS_MAX)}…`
}
