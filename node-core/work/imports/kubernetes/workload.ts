/** Deployments, StatefulSets and their like: one workload of equal instances each. */
import { WARM_UP_MS_MAX } from '../../spec/index.ts'
import { sayAmount } from '../amounts.ts'
import { labelOf, newDraft, setLabel } from '../draft.ts'
import type { Report } from '../report.ts'
import { say, sayOf, within } from '../rules.ts'
import {
  byRules,
  field,
  fieldsOf,
  isTrue,
  type Rules,
  type Tree,
  textOf,
  wholeNumber,
} from '../tree.ts'
import { fileVolumesOf } from './file-volumes.ts'
import { CRON_RULES, JOB_RULES } from './job.ts'
import type { KubeObject } from './object.ts'
import { labelsOf, takePod } from './pod.ts'
import { podVolumesOf } from './pod-volumes.ts'
import type { Kube, KubeRule } from './rule.ts'
import type { Selectable } from './service-names.ts'

export type Surroundings = Pick<
  Kube,
  | 'scaled'
  | 'services'
  | 'copyNames'
  | 'lost'
  | 'secretsInTheOpen'
  | 'settings'
  | 'elsewhere'
  | 'claim'
  | 'priorityOf'
>

export function takeWorkload(object: KubeObject, report: Report, around: Surroundings): Kube {
  const { at, name: asked, kind, namespace } = object
  const name = nameOf(asked, kind)
  const scope = report.scope(name)
  const pod = podOf(kind, at)
  const kube: Kube = {
    ...around,
    draft: newDraft(at, name, scope),
    scope,
    namespace,
    podLabels: labelsOf(field(pod, 'metadata', 'labels')),
    portNames: new Map(),
    volumes: podVolumesOf(object, pod, around.claim),
    hasCompletions: field(jobOf(kind, at), 'completions') !== undefined,
    fileVolumes: fileVolumesOf(pod),
    securityContext: field(pod, 'spec', 'securityContext'),
    affinity: field(pod, 'spec', 'affinity'),
  }
  if (kind === 'StatefulSet') scope.say(at, 'one-of-its-kind')
  // What Kubernetes does unless told otherwise.
  kube.draft.graceMs = 30_000
  if (kind === 'Job') kube.draft.job = { retries: 6 }
  if (kind === 'CronJob') {
    kube.draft.job = { retries: 6, schedule: { cron: '', overlap: 'allow' } }
  }
  byRules(at, rulesOf(kind), { into: kube, scope })
  if (kube.draft.parts.length === 0 && !scope.refused()) scope.say(at, 'needs-image')
  return kube
}

/** What Services may select of it, before it is read. */
export function selectable({ at, name, kind, namespace }: KubeObject): Selectable {
  const podLabels = labelsOf(field(podOf(kind, at), 'metadata', 'labels'))
  return { name: nameOf(name, kind), namespace, podLabels }
}

const nameOf = (asked: string, kind: string): string =>
  labelOf(asked) ?? labelOf(kind) ?? 'workload'

function podOf(kind: string, at: Tree): Tree | undefined {
  if (kind === 'Pod') return at
  return kind === 'CronJob'
    ? field(at, 'spec', 'jobTemplate', 'spec', 'template')
    : field(at, 'spec', 'template')
}

function jobOf(kind: string, at: Tree): Tree | undefined {
  return kind === 'CronJob' ? field(at, 'spec', 'jobTemplate', 'spec') : field(at, 'spec')
}

function rulesOf(kind: string): Rules<Kube> {
  if (kind === 'Pod') return POD_OBJECT
  if (kind === 'Job') return JOB_OBJECT
  return kind === 'CronJob' ? CRON_OBJECT : OBJECT
}

const METADATA: Rules<Kube> = new Map<string, KubeRule>([
  ['name', takeName],
  ['labels', takeLabels],
  ['annotations', say('extension')],
  ...sayOf('no-namespaces', 'namespace'),
  ...sayOf('not-used', 'creationTimestamp', 'uid', 'resourceVersion', 'generation'),
])

const TEMPLATE: Rules<Kube> = new Map<string, KubeRule>([
  ['metadata', within(() => METADATA)],
  ['spec', takePod],
])

const SPEC: Rules<Kube> = new Map<string, KubeRule>([
  ['replicas', takeReplicas],
  ['template', within(() => TEMPLATE)],
  ['selector', say('kept')],
  ['strategy', takeStrategy],
  ['updateStrategy', takeStrategy],
  ['paused', takePaused],
  ['minReadySeconds', takeWarmUp],
  ...sayOf('no-rollout', 'revisionHistoryLimit', 'progressDeadlineSeconds'),
  ...sayOf('no-rollout', 'podManagementPolicy', 'ordinals'),
  ...sayOf('no-names', 'serviceName'),
  ...sayOf('volume-local', 'volumeClaimTemplates'),
  ['persistentVolumeClaimRetentionPolicy', say('no-tuning')],
])

const OF_ALL: [string, KubeRule][] = [
  ['apiVersion', say('kept')],
  ['kind', say('kept')],
  ['metadata', within(() => METADATA)],
  ['status', say('not-used')],
]
const OBJECT: Rules<Kube> = new Map<string, KubeRule>([...OF_ALL, ['spec', within(() => SPEC)]])
const JOB: Rules<Kube> = new Map<string, KubeRule>([
  ...JOB_RULES,
  ['template', within(() => TEMPLATE)],
])
const JOB_TEMPLATE: Rules<Kube> = new Map<string, KubeRule>([
  ['metadata', within(() => METADATA)],
  ['spec', within(() => JOB)],
])
const CRON: Rules<Kube> = new Map<string, KubeRule>([
  ...CRON_RULES,
  ['jobTemplate', within(() => JOB_TEMPLATE)],
])
const JOB_OBJECT: Rules<Kube> = new Map<string, KubeRule>([...OF_ALL, ['spec', within(() => JOB)]])
const CRON_OBJECT: Rules<Kube> = new Map<string, KubeRule>([
  ...OF_ALL,
  ['spec', within(() => CRON)],
])
const POD_OBJECT: Rules<Kube> = new Map<string, KubeRule>([...OF_ALL, ['spec', takePod]])

/** Of the object itself; a template's own is called as its workload is. */
function takeName(at: Tree, { scope, draft }: Kube): void {
  if (textOf(at) === draft.name) scope.say(at, 'kept')
  else
    scope.say(at, 'renamed', `Called ${draft.name} here. Names have 1 to 63 of a-z, 0-9 and "-".`)
}

function takeLabels(at: Tree, { draft, scope }: Kube): void {
  if (at.kind !== 'map' || at.fields.size === 0) scope.say(at, 'kept')
  for (const [key, value] of fieldsOf(at)) {
    setLabel(draft.labels, { at: value, key, value: textOf(value) ?? '' }, scope)
  }
}

/** One that is scaled keeps it for the case that it cannot be scaled by what was said. */
function takeReplicas(at: Tree, { draft, scope, scaled, namespace }: Kube): void {
  const replicas = wholeNumber(at)
  const isScaled = scaled.has(`${namespace}/${draft.name}`)
  if (replicas !== undefined) draft.replicas = replicas
  const code = isScaled ? 'number-follows' : 'kept'
  sayAmount(at, { read: replicas, form: 'count', code }, scope)
}

/** New copies always start beside the old ones here; how many at a time is what `maxSurge` says. */
function takeStrategy(at: Tree, { draft, scope }: Kube): void {
  const type = textOf(field(at, 'type'))
  const surge = wholeNumber(field(at, 'rollingUpdate', 'maxSurge'))
  if (surge !== undefined && surge > 0) draft.rollout.atOnce = surge
  const only = field(at, 'rollingUpdate') === undefined
  scope.say(at, type === 'RollingUpdate' && only ? 'kept' : 'always-beside')
}

function takePaused(at: Tree, { draft, scope }: Kube): void {
  draft.rollout.paused = isTrue(at)
  scope.say(at, 'kept')
}

function takeWarmUp(at: Tree, { draft, scope }: Kube): void {
  const seconds = wholeNumber(at)
  const warmUpMs = Math.min(WARM_UP_MS_MAX, (seconds ?? 0) * 1_000)
  if (warmUpMs > 0) draft.rollout.warmUpMs = warmUpMs
  const code = warmUpMs === (seconds ?? 0) * 1_000 ? 'kept' : 'shorter-warm-up'
  sayAmount(at, { read: seconds, form: 'count', code }, scope)
}
