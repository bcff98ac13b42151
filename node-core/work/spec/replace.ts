/** A whole manifest in the place of what is wanted. */

import { type NeedsOf, withNeeds } from './bundle-needs.ts'
import { validationError, type WrongField } from './errors.ts'
import type { Workload } from './index.ts'
import { keepContent } from './keep-content.ts'
import { isSelf } from './own-names.ts'
import { parseBody, workloadOf } from './parse-workload.ts'

/**
 * The workload as the manifest says it, as if it were deployed anew. What commands of their own steer
 * (how many copies there are, a pause) stays where the manifest does not say it, and an image that is
 * named as before stays the content that it was. Throws VALIDATION_ERROR naming every wrong field.
 */
export function replaceWith(workload: Workload, input: unknown, needsOf: NeedsOf): Workload {
  const body = withNeeds(parseBody(input), needsOf)
  const name =
    body.name === undefined || isSelf(body.name, workload.name) ? workload.name : body.name
  const next = workloadOf({ ...body, name })
  const wrong = wrongAsSuccessor(workload, next)
  if (wrong.length > 0) throw validationError(wrong)
  const { replicas, rollout, job } = steeredBefore(workload, next, body)
  const [first, ...rest] = next.parts
  const kept = (part: typeof first) => keepContent(workload, part)
  return {
    ...next,
    replicas,
    rollout,
    ...(job && { job }),
    // It is said of the copies, and by no manifest.
    ...(workload.restarted !== undefined && { restarted: workload.restarted }),
    parts: [kept(first), ...rest.map(kept)],
  }
}

function steeredBefore(before: Workload, next: Workload, body: ReturnType<typeof parseBody>) {
  const isCounted = !next.job && !next.autoscale && body.replicas === undefined
  const schedule = next.job?.schedule
  const schedulePaused =
    body.job?.schedule?.paused ?? before.job?.schedule?.paused ?? schedule?.paused ?? false
  return {
    // One that was asleep, and is not scaled any more, has one copy.
    replicas: isCounted ? Math.max(1, before.replicas) : next.replicas,
    rollout: { ...next.rollout, paused: body.rollout?.paused ?? before.rollout.paused },
    job:
      next.job && schedule
        ? { ...next.job, schedule: { ...schedule, paused: schedulePaused } }
        : next.job,
  }
}

function wrongAsSuccessor(before: Workload, next: Workload): WrongField[] {
  const anew = 'delete it, and deploy it anew.'
  const is = before.kind === 'process' ? 'a program' : 'of containers'
  return [
    ...(next.name !== before.name
      ? [
          {
            path: 'name',
            message: `It says “${next.name}”, and “${before.name}” is to be changed.`,
          },
        ]
      : []),
    ...(next.kind !== before.kind
      ? [
          {
            path: next.kind === 'process' ? 'bundle' : 'containers',
            message: `“${before.name}” is ${is}: ${anew}`,
          },
        ]
      : []),
    ...(before.job && !next.job
      ? [{ path: 'job', message: `It is a job, and serves nothing: ${anew}` }]
      : []),
    ...(!before.job && next.job
      ? [{ path: 'job', message: `It serves, and is no job: ${anew}` }]
      : []),
  ]
}
