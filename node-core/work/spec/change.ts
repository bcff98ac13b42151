import { changedAutoscale, withAutoscale, wrongBesideAutoscale } from './autoscale.ts'
import type { NeedsOf } from './bundle-needs.ts'
import { changedParts } from './changed-parts.ts'
import { type ChangeBody, changeBody } from './deploy-body.ts'
import { disruptionField, toDisruption } from './disruption.ts'
import { changedEdge } from './edge-rules.ts'
import { egressField } from './egress.ts'
import { validationError, type WrongField, wrongFields } from './errors.ts'
import type { Job, Workload } from './index.ts'
import { toJob, withJob, wrongBesideJob } from './job.ts'
import { checked } from './parse-workload.ts'
import { whilePaused } from './paused.ts'
import { priorityField } from './priority.ts'
import { replaceWith } from './replace.ts'
import { toRestart } from './restart.ts'
import { toRollout } from './rollout-rules.ts'
import { toSecretUses } from './secret-uses.ts'
import { toUses } from './uses.ts'
import { toVolumes, volumesField } from './volumes.ts'

/**
 * The workload with the fields of `patch` in place of its own; `resources` may name only some
 * amounts, everything else is replaced as a whole. A new image is no longer fixed to the old
 * content. With `manifest` all of it is replaced. Throws VALIDATION_ERROR naming every wrong field.
 */
export function applyChange(
  workload: Workload,
  patch: unknown,
  needsOf: NeedsOf = () => undefined,
): Workload {
  return whilePaused(workload, (resumed) => changed(resumed, patch, needsOf))
}

function changed(workload: Workload, patch: unknown, needsOf: NeedsOf): Workload {
  if (typeof patch === 'object' && patch !== null && 'manifest' in patch) {
    return replaceWith(workload, patch, needsOf)
  }
  const parsed = changeBody.safeParse(patch)
  if (!parsed.success) throw validationError(wrongFields(parsed.error))
  const change = parsed.data
  const wrong = wrongForKind(workload, change)
  const uses = change.uses ? toUses(change.uses, workload.name, wrong) : workload.uses
  const secrets = change.secrets
    ? toSecretUses(change.secrets, workload.name, wrong)
    : workload.secrets
  const restart = toRestart(change.restart, workload.restart, wrong)
  const rollout = toRollout(change.rollout, workload.rollout, wrong)
  const job = changedJob(workload, change, wrong)
  const autoscale = changedAutoscale(workload.autoscale, change.autoscale, wrong)
  if (autoscale) wrong.push(...wrongBesideAutoscale(change))
  const disruption = change.disruption
    ? toDisruption(change.disruption, wrong)
    : workload.disruption
  const parts = changedParts(workload, change, wrong)
  const edge = changedEdge(workload.edge, change.edge)
  const volumes = change.volumes ? toVolumes(change.volumes) : workload.volumes
  const { volumes: _, egress: __, priority: ___, disruption: ____, ...rest } = workload
  const next: Workload = {
    ...rest,
    ...volumesField(volumes),
    ...priorityField(change.priority ?? workload.priority),
    ...disruptionField(disruption),
    parts,
    // One that was asleep, and is not scaled any more, has one copy.
    replicas: change.replicas ?? Math.max(1, workload.replicas),
    labels: change.labels ?? workload.labels,
    nodeSelector: change.nodeSelector ?? workload.nodeSelector,
    placement: { ...workload.placement, ...change.placement },
    rollout,
    uses,
    secrets,
    restart,
    graceMs: change.graceMs ?? workload.graceMs,
    onPartition: change.onPartition ?? workload.onPartition,
    ...(edge && { edge }),
    ...egressField(change.egress, workload.egress),
  }
  return checked(withAutoscale(withJob(next, job), autoscale), wrong)
}

function changedJob({ job }: Workload, change: ChangeBody, wrong: WrongField[]): Job | undefined {
  if (job) wrong.push(...wrongBesideJob(change))
  if (!change.job) return job
  if (job) return toJob(change.job, job, wrong)
  wrong.push({ path: 'job', message: 'It serves, and is no job: delete it, and deploy it anew.' })
  return undefined
}

function wrongForKind({ kind }: Workload, change: ChangeBody): WrongField[] {
  const foreign =
    kind === 'process' ? (['containers', 'image', 'command', 'args'] as const) : ['bundle' as const]
  return foreign
    .filter((field) => change[field] !== undefined)
    .map((field) => ({ path: field, message: `A ${kind} has none.` }))
}
