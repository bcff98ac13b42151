/** Drafts become manifests: those of which nothing was refused, and that a deploy would take. */
import { isCode } from '../../base/errors/index.ts'
import {
  DEFAULT_CPU_MILLIS,
  DEFAULT_MEMORY_BYTES,
  formatCpuMillis,
  formatMemoryBytes,
  parseWorkload,
  validationError,
} from '../spec/index.ts'
import { saySuspected } from './addresses.ts'
import { messageFor } from './codes.ts'
import type { Draft, DraftAmounts, DraftSecret, DraftVolume, PartDraft } from './draft.ts'
import { UNBOUND_CPU_MILLIS, UNBOUND_MEMORY_BYTES, WORKLOADS_MAX } from './limits.ts'
import type { Manifest, ManifestContainer, ManifestPort, ManifestSecret } from './manifest.ts'
import { isForMembers } from './members-alone.ts'
import { refuseShared } from './mounts.ts'
import type { Scope } from './report.ts'
import { saySecrets } from './secrets.ts'

export function finish(drafts: readonly Draft[]): Manifest[] {
  if (drafts.length > WORKLOADS_MAX) {
    throw validationError([{ path: 'text', message: `More than ${WORKLOADS_MAX} workloads.` }])
  }
  refuseShared(drafts)
  const names = new Set<string>()
  return drafts.flatMap((draft) => {
    const { at, name, scope } = draft
    if (names.has(name)) scope.say(at, 'name-taken')
    saySecrets(draft)
    saySuspected(draft)
    if (draft.replicas === 0 && !draft.job) scope.say(at, 'scaled-to-none')
    names.add(name)
    const parts = draft.parts.toSorted((a, b) => Number(isInternal(a)) - Number(isInternal(b)))
    const containers = parts.flatMap((part) => toContainer(part, scope) ?? [])
    if (scope.refused()) return []
    if (!draft.isolated) scope.say(at, 'egress-closed')
    if (leadsNowhere(draft, drafts)) scope.say(at, 'no-address')
    const forMembers = isForMembers(draft)
    if (forMembers) scope.say(at, 'members-alone')
    const manifest: Manifest = {
      name,
      containers,
      ...numberOf(draft),
      ...(draft.labels.size > 0 && { labels: Object.fromEntries(draft.labels) }),
      ...(draft.uses.size > 0 && { uses: [...draft.uses].map(([as, name]) => toUse(as, name)) }),
      ...(draft.egress.size > 0 && { egress: [...draft.egress].map(toEgress) }),
      ...(forMembers && { edge: { access: 'members' as const } }),
      ...placementOf(draft),
      ...(Object.keys(draft.rollout).length > 0 && !draft.job && { rollout: draft.rollout }),
      ...(draft.restart && { restart: draft.restart }),
      ...(draft.job && { job: draft.job }),
      ...(draft.volumes.size > 0 && { volumes: [...draft.volumes.values()].map(toVolume) }),
      ...(draft.priority !== undefined && { priority: draft.priority }),
      ...(draft.disruption && !draft.job && { disruption: draft.disruption }),
      ...(draft.secrets.size > 0 && { secrets: [...draft.secrets.values()].map(toSecret) }),
      ...(draft.graceMs !== undefined && { graceMs: draft.graceMs }),
      ...(draft.nodeSelector.size > 0 && { nodeSelector: Object.fromEntries(draft.nodeSelector) }),
    }
    try {
      parseWorkload(manifest)
    } catch (error) {
      if (!isCode(error, 'VALIDATION_ERROR')) throw error
      scope.say(at, 'does-not-fit', `It does not fit what a workload can be: ${error.message}`)
      return []
    }
    return [manifest]
  })
}

/** Elsewhere a proxy beside it may have found its port in the image. */
function leadsNowhere({ name, parts, job }: Draft, all: readonly Draft[]): boolean {
  if (job || parts.some(({ ports }) => ports.length > 0)) return false
  return !all.some(({ uses }) => [...uses.values()].includes(name))
}

function toEgress([host, ports]: [string, Set<number>]) {
  return { host, ports: [...ports].sort((a, b) => a - b) }
}

function numberOf({ replicas, autoscale, job }: Draft): Pick<Manifest, 'replicas' | 'autoscale'> {
  if (job) return {}
  return autoscale ? { autoscale } : replicas === undefined ? {} : { replicas }
}

function placementOf({ overSites, apart, near }: Draft): Pick<Manifest, 'placement'> {
  const placement = {
    ...(overSites && { spread: 'site' as const }),
    ...(apart.size > 0 && { apart: [...apart] }),
    ...(near.size > 0 && { near: [...near] }),
  }
  return Object.keys(placement).length === 0 ? {} : { placement }
}

function toUse(as: string, name: string): string | { name: string; as: string } {
  return as === name ? name : { name, as }
}

/** The edge leads to the first port of the first part that has one. */
function isInternal({ published }: PartDraft): boolean {
  return published === undefined
}

function toContainer(part: PartDraft, scope: Scope): ManifestContainer | undefined {
  const { at, name, image, command, args, env, probes, mounts } = part
  // The edge leads to the first: what was published goes before what its neighbours alone reached.
  const isHidden = ({ containerPort }: ManifestPort) => !part.published?.has(containerPort)
  const ports = part.ports.toSorted((a, b) => Number(isHidden(a)) - Number(isHidden(b)))
  if (image === undefined) {
    if (!scope.refused()) scope.say(at, 'needs-image')
    return undefined
  }
  const asked = Object.keys(probes).length > 0 || part.unasked
  return {
    ...(name !== undefined && { name }),
    image,
    ...(command && { command }),
    ...(args && { args }),
    ...(env.size > 0 && { env: Object.fromEntries(env) }),
    ...(ports.length > 0 && { ports }),
    resources: toResources(part, scope),
    ...(asked && { probes }),
    ...(mounts.length > 0 && { mounts }),
    ...(part.user !== undefined && { user: part.user }),
    ...(part.workingDir !== undefined && { workingDir: part.workingDir }),
    ...(part.stopSignal !== undefined && { stopSignal: part.stopSignal }),
    ...(part.readOnlyRoot && { readOnlyRoot: true }),
    ...(part.scratch.length > 0 && { scratch: part.scratch }),
    ...(part.files.length > 0 && { files: part.files }),
  }
}

function toVolume({ name, bytes, ifLost }: DraftVolume): NonNullable<Manifest['volumes']>[number] {
  const size = bytes !== undefined && { size: formatMemoryBytes(bytes) }
  return { name, ...size, ...(ifLost && { ifLost }) }
}

function toSecret({ name, env, file }: DraftSecret): ManifestSecret {
  return { name, ...(env !== undefined && { env }), ...(file !== undefined && { file }) }
}

/** Nothing runs without a bound here; what is reserved is never above it. */
function toResources(part: PartDraft, scope: Scope): ManifestContainer['resources'] {
  const { requests, limits, at } = part
  const most = {
    cpuMillis: limits.cpuMillis ?? Math.max(UNBOUND_CPU_MILLIS, requests.cpuMillis ?? 0),
    memoryBytes: limits.memoryBytes ?? Math.max(UNBOUND_MEMORY_BYTES, requests.memoryBytes ?? 0),
  }
  const unbound = [
    ...(limits.cpuMillis === undefined ? [`${formatCpuMillis(most.cpuMillis)} of a core`] : []),
    ...(limits.memoryBytes === undefined
      ? [`${formatMemoryBytes(most.memoryBytes)} of memory`]
      : []),
  ]
  if (unbound.length > 0) {
    const may = `It may take ${unbound.join(' and ')}; if that is too little, say more in resources.limits.`
    scope.say(at, 'bounded', `${messageFor('bounded')} ${may}`)
  }
  // What is asked for without a word may be more than was permitted.
  const asked = {
    cpuMillis: requests.cpuMillis ?? Math.min(DEFAULT_CPU_MILLIS, most.cpuMillis),
    memoryBytes: requests.memoryBytes ?? Math.min(DEFAULT_MEMORY_BYTES, most.memoryBytes),
  }
  const gpus = part.gpus ? { gpus: part.gpus } : {}
  return { ...amountsText(asked), ...gpus, limits: amountsText(most) }
}

function amountsText({ cpuMillis, memoryBytes }: DraftAmounts) {
  return {
    ...(cpuMillis !== undefined && { cpu: formatCpuMillis(cpuMillis) }),
    ...(memoryBytes !== undefined && { memory: formatMemoryBytes(memoryBytes) }),
  }
}
