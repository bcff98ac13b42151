/** What a pod says: its containers, and what is said of all of them. */
import { parseMemoryBytes } from '../../spec/index.ts'
import { sayHostPath } from '../docker/volumes.ts'
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
  ...sayOf('no-placement', 'nodeName', 'tolerations'),
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

function takeVolume(at: Tree, { scope, inMemory, shared, fileVolumes }: Kube): void {
  const name = textOf(field(at, 'name')) ?? ''
  const hostPath = field(at, 'hostPath')
  const files = ['projected', 'downwardAPI', 'csi', 'gitRepo', 'image']
  if (hostPath) sayHostPath(at, textOf(field(hostPath, 'path')) ?? '', scope)
  else if (fileVolumes.get(name)?.whole === at) return
  else if (files.some((kind) => field(at, kind))) scope.say(at, 'no-files')
  else if (shared.has(name)) scope.say(at, 'shared-for-a-while')
  else if (inMemory.has(name)) scope.say(at, 'scratch-in-memory')
  else scope.say(at, field(at, 'persistentVolumeClaim') ? 'volume-local' : 'no-volumes')
}

/** Volumes of a pod that lie in memory, by their names, with the bytes that are asked for. */
export function inMemoryOf(pod: Tree | undefined): Map<string, number | undefined> {
  const found = new Map<string, number | undefined>()
  const volumes = pod && field(pod, 'spec', 'volumes')
  for (const volume of volumes ? itemsOf(volumes) : []) {
    if (textOf(field(volume, 'emptyDir', 'medium')) !== 'Memory') continue
    const size = textOf(field(volume, 'emptyDir', 'sizeLimit'))
    const bytes = size === undefined ? undefined : (parseMemoryBytes(size) ?? Number.NaN)
    found.set(textOf(field(volume, 'name')) ?? '', bytes)
  }
  return found
}

/** Volumes of a pod that last as long as it does and that more than one of its containers mounts. */
export function sharedOf(pod: Tree | undefined): Map<string, number | undefined> {
  const spec = pod && field(pod, 'spec')
  const mounting = new Map<string, number>()
  for (const container of itemsOf(field(spec, 'containers'))) {
    const mounts = itemsOf(field(container, 'volumeMounts'))
    for (const name of new Set(mounts.map((mount) => textOf(field(mount, 'name')) ?? ''))) {
      mounting.set(name, (mounting.get(name) ?? 0) + 1)
    }
  }
  const found = new Map<string, number | undefined>()
  for (const volume of itemsOf(field(spec, 'volumes'))) {
    const name = textOf(field(volume, 'name')) ?? ''
    if (!field(volume, 'emptyDir') || (mounting.get(name) ?? 0) < 2) continue
    const size = textOf(field(volume, 'emptyDir', 'sizeLimit'))
    found.set(name, size === undefined ? undefined : parseMemoryBytes(size))
  }
  return found
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
  } else scope.say(at, 'no-placement')
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
