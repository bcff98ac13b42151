/** When waiting for a workload is of no use any more: it will not come to run, however long one waits. */
import { UNFOUND_MS, UNFOUND_TRIES } from '../limits.ts'
import type { Outputs } from '../node-client.ts'
import { copyName } from '../text/copy-name.ts'

type Workload = Outputs['workloads']['get']

export interface Verdict {
  code: string
  message: string
  /** Else it has to hold for a moment: a rule that was changed just now may yet start it again. */
  isFinal: boolean
}

/** Every copy serves, or has done what it was to do once. A job is waited for until it has ended. */
export function runsAsWanted({ job, status }: Pick<Workload, 'job' | 'status'>): boolean {
  return !job && status === 'Running'
}

/**
 * Of what nobody asks for its health it is known only that it runs, and it may end in the next moment:
 * it has to run for a while without a new start.
 */
export function createSteadyWatch(steadyMs: number) {
  let since: { starts: string; ms: number } | undefined
  return ({ instances }: Pick<Workload, 'instances'>, nowMs: number): boolean => {
    const starts = instances.map(({ id, restarts }) => `${id}/${restarts}`).join()
    if (since?.starts !== starts) since = { starts, ms: nowMs }
    return nowMs - since.ms >= steadyMs
  }
}

/** `changed`: as it was answered to whoever waits. `seen` is no older. */
export function verdictOn(
  seen: Workload,
  { generation }: Pick<Workload, 'generation'>,
): Verdict | undefined {
  const { name, conditions } = seen
  const why = conditions.map(({ message }) => message).join(' ')
  if (seen.job) {
    if (seen.status !== 'Failed') return undefined
    return { code: 'RUN_FAILED', message: `${name} has failed. ${why}`.trim(), isFinal: true }
  }
  const back = conditions.find(({ code }) => code === 'CANARY_TAKEN_BACK')
  if (back && seen.generation > generation) {
    return { code: back.code, message: `${name}: ${back.message}`, isFinal: true }
  }
  const present = seen.instances.filter((one) => !one.earlier && !one.unassigned)
  const unrunnable = present.find(({ reason }) => reason?.code === 'NOT_RUNNABLE')
  if (unrunnable) {
    const back = backText(seen)
    const message = [`${name} cannot run. ${toldBy(name, unrunnable)}`, back].join(' ').trim()
    return { code: 'NOT_RUNNABLE', message, isFinal: true }
  }
  const over = present.find(({ ended }) => ended && ended.exitCode !== 0)
  if (!over) return undefined
  return { code: 'GAVE_UP', message: `${name} has ended. ${toldBy(name, over)}`, isFinal: false }
}

/** Nobody who is asked has it: by a wrong name more often than by a registry that is away. */
const UNFOUND: ReadonlySet<string> = new Set(['IMAGE_NOT_FOUND', 'BLOB_NOT_FOUND'])

/** Counts the tries of what was not found, as they are looked at one after the other. */
export function createUnfoundWatch() {
  const tries = new Map<string, { starts: Set<string>; sinceMs: number }>()
  return (seen: Workload, nowMs: number): Verdict | undefined => {
    const present = seen.instances.filter((one) => !one.earlier && !one.unassigned && !one.lost)
    // A job counts its attempts itself; and where one copy has it, the others get it from there.
    if (seen.job || present.some(({ status }) => status === 'Running')) return undefined
    for (const { id, startsAt, reason } of present) {
      if (startsAt === undefined || !reason || !UNFOUND.has(reason.code)) continue
      const { starts, sinceMs } = tries.get(id) ?? { starts: new Set(), sinceMs: nowMs }
      tries.set(id, { starts: starts.add(startsAt), sinceMs })
    }
    // What another copy is still being given, these may have from there.
    if (!present.every(({ id }) => tries.has(id))) return undefined
    for (const one of present) {
      const { starts, sinceMs } = tries.get(one.id) ?? { starts: new Set(), sinceMs: nowMs }
      if (starts.size < UNFOUND_TRIES || nowMs - sinceMs < UNFOUND_MS || !one.reason) continue
      const on = `It is tried on, at longer and longer intervals; to end it: mycelium delete ${seen.name}`
      const told = `${seen.name} was not found in ${starts.size} tries. ${toldBy(seen.name, one)}`
      return { code: one.reason.code, message: `${told} ${backText(seen) || on}`, isFinal: true }
    }
    return undefined
  }
}

/** Of a change while what was before it serves; else empty. */
function backText({ name, instances }: Workload): string {
  const serves = instances.some((one) => one.earlier && one.health === 'healthy')
  if (!serves) return ''
  return `What ran before goes on serving; to take the change back: mycelium rollout rollback ${name}`
}

function toldBy(
  workload: string,
  { index, nodeName, reason }: Workload['instances'][number],
): string {
  return `${copyName(workload, index)} on ${nodeName}: ${reason?.message ?? 'nobody saw how it ended.'}`
}
