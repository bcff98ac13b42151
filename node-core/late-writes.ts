/** What this node says of a copy of its own that was overruled, until a person has seen to it. */
import type { Reason } from './api/handlers/index.ts'
import type { LateReport } from './control/primary/index.ts'

type Report = Pick<LateReport, 'compacted' | 'unreadable' | 'altered'> & {
  readonly [Part in 'commands' | 'rows']: { readonly length: number }
}

export function lateWrites(reports: readonly Report[]): Reason[] {
  const count = reports.reduce((sum, { commands, rows }) => sum + commands.length + rows.length, 0)
  return [
    ...(count > 0 ? [late(count)] : []),
    // Nobody knows what it held: that is no word that nothing was late.
    ...(reports.some(({ unreadable }) => unreadable) ? [UNREADABLE] : []),
    ...(reports.some(({ compacted }) => compacted) ? [COMPACTED] : []),
    ...(reports.some(({ altered }) => altered) ? [ALTERED] : []),
  ]
}

function late(count: number): Reason {
  const [writes, were] = count === 1 ? ['One write', 'was'] : [`${count} writes`, 'were']
  const message =
    `${writes} that this node’s copy held ${were} not taken over when the committee was overruled: ` +
    'mycelium recover report'
  return { code: 'LATE_WRITES', message }
}

const UNREADABLE = {
  code: 'LATE_UNKNOWN',
  message:
    'The committee was overruled, and this node’s copy, or the report of it, could not be read: whether ' +
    'it held writes that were not taken over is not known. What is left of it is kept in registry/: ' +
    'mycelium recover report',
}

const COMPACTED = {
  code: 'LATE_UNKNOWN',
  message:
    'The committee was overruled, and this node’s copy went on beyond it with entries that it holds no ' +
    'more one by one: keys are compared, but whether workloads, members, secrets or settings are among ' +
    'what was not taken over is not known: mycelium recover report',
}

const ALTERED = {
  code: 'PAST_ALTERED',
  message:
    'The committee was overruled by a copy that is not what this node’s was: ask whoever recovered, ' +
    'and look at mycelium recover report',
}
