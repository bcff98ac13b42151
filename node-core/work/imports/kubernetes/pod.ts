/** What a pod says: its containers, and what is said of all of them. */
import { setRestart } from '../draft.ts'
import { takeGrace } from '../endings.ts'
import { all, say, sayOf } from '../rules.ts'
import {
  byRules,
  field,
  fieldsOf,
  isEmpty,
  itemsOf,
  type Rules,
  type Tree,
  textOf,
  wholeNumber,
} from '../tree.ts'
import { takeContainer } from './container.ts'
import { sayFileVolumes } from './file-volumes.ts'
import { takeVolume } from './mounted.ts'
import { selectNodes } from './node-labels.ts'
import { takePriority, takePriorityClass } from './priority.ts'
import type { Kube, KubeRule } from './rule.ts'
import { takeSecurityContext, unlessFalse } from './security.ts'

export function takePod(at: Tree, kube: Kube): void {
  // Probes of one container may name a port of another, or one that is said after them.
  for (const container of itemsOf(field(at, 'containers'))) {
    for (const port of itemsOf(field(container, 'ports'))) {
      const [name, number] = [
        textOf(field(port, 'name')),
        wholeNumber(field(port, 'containerPort')),
      ]
      if (name !== undefined && number !== undefined) kube.portNames.set(name, number)
    }
  }
  byRules(at, POD, { into: kube, scope: kube.scope })
  sayFileVolumes(kube)
}

const POD: Rules<Kube> = new Map<string, KubeRule>([
  ['containers', takeContainers],
  ['volumes', all(takeVolume)],
  ['nodeSelector', takeNodeSelector],
  ['restartPolicy', takeRestartPolicy],
  ['hostNetwork', unlessFalse('host-network')],
  ['hostPID', unlessFalse('host-processes')],
  ['hostIPC', unlessFalse('host-memory')],
  ['hostUsers', (at, { scope }) => scope.say(at, 'always-so')],
  ['shareProcessNamespace', say('no-tuning')],
  ['securityContext', takeSecurityContext],
  // Spoken of once all workloads of the text are known.
  ['affinity', () => {}],
  ['dnsConfig', say('no-networks')],
  ['os', say('no-placement')],
  ...sayOf('device', 'resourceClaims'),
  ['initContainers', (at, { scope }) => scope.say(at, isEmpty(at) ? 'kept' : 'init-containers')],
  ...sayOf('unknown-field', 'ephemeralContainers'),
  ['topologySpreadConstraints', all(takeSpread)],
  ...sayOf('place-not-kept', 'nodeName'),
  ...sayOf('no-placement', 'tolerations'),
  ...sayOf('no-placement', 'schedulerName', 'schedulingGates', 'runtimeClassName'),
  ['priorityClassName', takePriorityClass],
  ['priority', takePriority],
  ...sayOf('no-placement', 'preemptionPolicy'),
  ...sayOf('no-networks', 'dnsPolicy', 'hostAliases'),
  ...sayOf('no-hostname', 'hostname', 'subdomain', 'setHostnameAsFQDN'),
  ['terminationGracePeriodSeconds', takeGrace],
  ...sayOf('no-lifecycle', 'activeDeadlineSeconds'),
  ...sayOf('no-tuning', 'serviceAccountName', 'serviceAccount', 'automountServiceAccountToken'),
  ...sayOf('no-tuning', 'imagePullSecrets', 'enableServiceLinks', 'readinessGates'),
])

function takeContainers(at: Tree, kube: Kube): void {
  if (at.kind !== 'list' || isEmpty(at)) kube.scope.say(at, 'needs-image')
  for (const container of itemsOf(at)) takeContainer(container, kube)
}

function takeNodeSelector(at: Tree, { draft, scope }: Kube): void {
  if (isEmpty(at)) scope.say(at, 'kept')
  else if (at.kind !== 'map') scope.say(at, 'wrong-form')
  for (const [key, value] of fieldsOf(at)) {
    selectNodes(value, { key, value: textOf(value) ?? '' }, { draft, scope })
  }
}

function takeSpread(at: Tree, { draft, scope }: Kube): void {
  const over = textOf(field(at, 'topologyKey'))
  // Copies go to different nodes anyhow.
  if (over === 'kubernetes.io/hostname') scope.say(at, 'always-so')
  else if (over === 'topology.kubernetes.io/zone') {
    draft.overSites = true
    scope.say(at, 'spread-over-sites')
  } else {
    const isWish = textOf(field(at, 'whenUnsatisfiable')) === 'ScheduleAnyway'
    scope.say(at, isWish ? 'no-placement' : 'place-not-kept')
  }
}

function takeRestartPolicy(at: Tree, { draft, scope }: Kube): void {
  const rule = textOf(at)
  if (draft.job) {
    scope.say(at, rule === 'Never' ? 'kept' : 'retries-here')
    return
  }
  if (rule === 'OnFailure') setRestart(draft, { when: 'onFailure' })
  else if (rule === 'Never') setRestart(draft, { when: 'never' })
  scope.say(at, rule && /^(Always|OnFailure|Never)$/.test(rule) ? 'kept' : 'wrong-form')
}

/** Labels of a map, to be looked for. */
export function labelsOf(at: Tree | undefined): Map<string, string> {
  return new Map([...fieldsOf(at)].map(([key, value]) => [key, textOf(value) ?? ''] as const))
}
