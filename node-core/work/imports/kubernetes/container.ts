/** One container of a pod. */

import { parseCpuMillis, parseMemoryBytes } from '../../spec/index.ts'
import { noteCopy, noteWords } from '../addresses.ts'
import { sayAmount } from '../amounts.ts'
import { addPort, labelOf, newPart, publishPort } from '../draft.ts'
import { takeGpus } from '../gpus.ts'
import { leadElsewhere } from '../leading.ts'
import { notePublished } from '../members-alone.ts'
import { all, sayOf, takeImage, takeStopSignal, takeWorkingDirectory, within } from '../rules.ts'
import {
  byRules,
  field,
  fieldsOf,
  isEmpty,
  isTrue,
  itemsOf,
  type Rules,
  type Tree,
  textOf,
  wholeNumber,
} from '../tree.ts'
import { expanded, leadsOf, sayUnknown, takeEnv, takeEnvFrom } from './environment.ts'
import { takeMount } from './mounted.ts'
import { settleStart, takeProbe } from './probes.ts'
import type { ContainerRule, Kube, KubeContainer } from './rule.ts'
import { takeSecurityContext, userOf } from './security.ts'

export function takeContainer(at: Tree, kube: Kube): void {
  const part = newPart(at)
  const container: KubeContainer = {
    kube,
    part,
    scope: kube.scope,
    ...{ fromWhole: new Map(), unknown: new Map(), elsewhere: new Map() },
  }
  const user = userOf(field(at, 'securityContext'), kube.securityContext)
  if (user !== undefined) part.user = user
  // What it mounts depends on it, and may stand before.
  if (isTrue(field(at, 'securityContext', 'readOnlyRootFilesystem'))) part.readOnlyRoot = true
  kube.draft.parts.push(part)
  byRules(settingsFirst(at), CONTAINER, { into: container, scope: kube.scope })
  settleStart(field(at, 'livenessProbe') ?? at, container)
  part.env = new Map([...container.fromWhole, ...part.env])
  if (part.command) part.command = withValues(part.command, field(at, 'command') ?? at, container)
  if (part.args) part.args = withValues(part.args, field(at, 'args') ?? at, container)
  leadElsewhere(part, container.elsewhere)
  // Kubernetes asks nothing that it was not told to.
  part.unasked = true
}

/** Variables may refer to what whole ConfigMaps bring, wherever those are named. */
function settingsFirst(at: Tree): Tree {
  const whole = field(at, 'envFrom')
  if (at.kind !== 'map' || !whole) return at
  return { ...at, fields: new Map([['envFrom', whole], ...at.fields]) }
}

const CONTAINER: Rules<KubeContainer> = new Map<string, ContainerRule>([
  ['name', takeName],
  ['image', takeImage],
  ['command', (at, container) => takeWords(at, 'command', container)],
  ['args', (at, container) => takeWords(at, 'args', container)],
  ['env', takeEnv],
  ['envFrom', takeEnvFrom],
  ['ports', all(takePort)],
  ['resources', takeResources],
  ['startupProbe', takeProbe('startup')],
  ['livenessProbe', takeProbe('live')],
  ['readinessProbe', takeProbe('ready')],
  ['securityContext', takeSecurityContext],
  ['lifecycle', within(() => LIFECYCLE)],
  ['volumeMounts', all(takeMount)],
  ...sayOf('device', 'volumeDevices'),
  ['workingDir', takeWorkingDirectory],
  ...sayOf('no-terminal', 'stdin', 'stdinOnce', 'tty'),
  ...sayOf('no-tuning', 'imagePullPolicy', 'terminationMessagePath', 'terminationMessagePolicy'),
  ...sayOf('no-tuning', 'resizePolicy'),
])

const LIFECYCLE: Rules<KubeContainer> = new Map<string, ContainerRule>([
  ['stopSignal', takeStopSignal],
  ...sayOf('no-lifecycle', 'postStart', 'preStop'),
])

function takeName(at: Tree, { part, scope }: KubeContainer): void {
  const text = textOf(at) ?? ''
  const name = labelOf(text)
  if (name !== undefined) part.name = name
  if (name === text) scope.say(at, 'kept')
  else scope.say(at, name === undefined ? 'wrong-form' : 'renamed')
}

function takeWords(at: Tree, into: 'command' | 'args', container: KubeContainer): void {
  const { part, scope, kube } = container
  const words = itemsOf(at).map((word) => textOf(word))
  const right = (at.kind === 'list' || isEmpty(at)) && !words.includes(undefined)
  const said = words.flatMap((word) => word ?? [])
  if (right && words.length > 0) part[into] = said
  scope.say(at, right ? 'kept' : 'wrong-form')
  for (const host of new Set(
    words.flatMap((word) => word?.match(/[\w-]+-\d+\.[\w.-]*\w/g) ?? []),
  )) {
    const copy = kube.copyNames(host, kube.namespace)
    if (copy) noteCopy(at, { host, ...copy }, kube.draft)
  }
  // Copies were spoken of, with a port or without.
  const { copyNamed: _, ...leads } = leadsOf(container)
  noteWords(at, said, leads)
}

function withValues(words: string[], at: Tree, container: KubeContainer): string[] {
  const { part, scope } = container
  return words.map((word) => {
    const text = expanded(word, part.env)
    sayUnknown(at, word, container)
    if (text === undefined) scope.say(at, 'wrong-form')
    return text ?? word
  })
}

function takePort(at: Tree, { part, scope, kube }: KubeContainer): void {
  const containerPort = wholeNumber(field(at, 'containerPort'))
  const protocol = (textOf(field(at, 'protocol')) ?? 'TCP').toLowerCase()
  if (containerPort === undefined || (protocol !== 'tcp' && protocol !== 'udp')) {
    scope.say(at, 'wrong-form')
    return
  }
  const hostPort = wholeNumber(field(at, 'hostPort'))
  const stands = addPort(part, {
    containerPort,
    ...(hostPort !== undefined && { hostPort }),
    protocol,
  })
  if (hostPort !== undefined) {
    const address = textOf(field(at, 'hostIP'))
    if (notePublished(kube.draft, { protocol, address })) publishPort(part, containerPort)
  }
  const name = textOf(field(at, 'name'))
  if (name !== undefined) kube.portNames.set(name, containerPort)
  if (!stands) scope.say(at, 'port-left-out')
  else scope.say(at, hostPort === undefined ? 'kept' : 'port-on-loopback')
}

function takeResources(at: Tree, container: KubeContainer): void {
  const { part, scope } = container
  if (at.kind !== 'map' || isEmpty(at)) scope.say(at, isEmpty(at) ? 'kept' : 'wrong-form')
  for (const [name, value] of fieldsOf(at)) {
    if (name === 'limits' || name === 'requests') takeAmounts(value, name, container)
    else scope.say(value, name === 'claims' ? 'device' : 'unknown-field')
  }
  // What is only bounded is reserved as much, as Kubernetes does it.
  const { requests, limits } = part
  if (limits.cpuMillis !== undefined) requests.cpuMillis ??= limits.cpuMillis
  if (limits.memoryBytes !== undefined) requests.memoryBytes ??= limits.memoryBytes
}

function takeAmounts(at: Tree, of: 'limits' | 'requests', { part, scope }: KubeContainer): void {
  if (at.kind !== 'map') scope.say(at, isEmpty(at) ? 'kept' : 'wrong-form')
  else if (isEmpty(at)) scope.say(at, 'kept')
  for (const [name, value] of fieldsOf(at)) {
    const text = textOf(value) ?? ''
    if (name === 'cpu') {
      const millis = parseCpuMillis(text)
      if (millis !== undefined) part[of].cpuMillis = millis
      sayAmount(value, { read: millis, form: 'millicores' }, scope)
    } else if (name === 'memory') {
      const bytes = parseMemoryBytes(text)
      if (bytes !== undefined) part[of].memoryBytes = bytes
      sayAmount(value, { read: bytes, form: 'bytes' }, scope)
    } else if (GPUS.has(name)) {
      takeGpus(value, { count: wholeNumber(value) }, { part, scope })
    } else {
      // Anything with a domain before it is a device that a driver hands out.
      scope.say(value, name.includes('/') ? 'device' : 'no-tuning')
    }
  }
}

/** What the drivers of makers call a whole graphics processor. */
const GPUS: ReadonlySet<string> = new Set([
  ...['nvidia.com/gpu', 'amd.com/gpu', 'gpu.intel.com/i915', 'gpu.intel.com/xe'],
])
