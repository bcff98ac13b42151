/** What makes one version of a workload another, and what comes back with an earlier one. */
import { encode, equalBytes } from '../../base/codec/index.ts'
import { type Difference, differencesOf } from './differences.ts'
import { edgeOf } from './edge-rules.ts'
import type { Workload } from './index.ts'
import { resumedFrom, whilePaused } from './paused.ts'
import { storedForm } from './stored.ts'
import { templateOf } from './template.ts'

/**
 * Whether nothing of it would come back: what commands of their own steer (how many copies there are,
 * a pause) makes no version.
 */
export function isSameVersion(a: Workload, b: Workload): boolean {
  return equalBytes(encode(storedForm(unsteered(a))), encode(storedForm(unsteered(b))))
}

/** Field by field, without what makes no version. */
export function versionDifferences(before: Workload, after: Workload): Difference[] {
  return differencesOf(unsteered(before), unsteered(after))
}

/**
 * The earlier version as a whole in the place of `now`. As many copies stay wanted as are now, unless
 * either is a job, which has slots of its own, or is scaled by what is measured; schedules stay paused
 * or not, and it stays paused itself. A change that is held stays held where no copy is replaced: it is not what is taken back.
 */
export function takenBack(now: Workload, earlier: Workload): Workload {
  return whilePaused(now, (resumed) => inPlaceOf(resumed, resumedFrom(earlier)))
}

function inPlaceOf(now: Workload, earlier: Workload): Workload {
  const isCounted = ![now, earlier].some(({ job, autoscale }) => job || autoscale)
  const isHeld = now.rollout.paused && templateOf(now) === templateOf(earlier)
  return {
    ...withPause(earlier, now.job?.schedule?.paused),
    ...(isCounted && { replicas: now.replicas }),
    rollout: { ...earlier.rollout, paused: isHeld },
  }
}

function unsteered(workload: Workload): Workload {
  return {
    ...withPause(resumedFrom(workload), false),
    replicas: 1,
    rollout: { ...workload.rollout, paused: false },
    // Said or not, they are the same rules.
    edge: edgeOf(workload),
  }
}

/** Of its schedule, where it has one. */
function withPause(workload: Workload, paused: boolean | undefined): Workload {
  const { job } = workload
  if (!job?.schedule || paused === undefined) return workload
  return { ...workload, job: { ...job, schedule: { ...job.schedule, paused } } }
}
