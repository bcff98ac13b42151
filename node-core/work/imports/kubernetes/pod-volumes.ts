/** Volumes of a pod: what each of them is here. */
import { parseMemoryBytes } from '../../spec/index.ts'
import type { Common } from '../draft.ts'
import { field, fieldsOf, itemsOf, type Tree, textOf } from '../tree.ts'
import type { KubeObject } from './object.ts'

export interface PodVolume {
  /** `empty`: of one container; `files`: what is only read; `other`: storage elsewhere. */
  kind: 'claim' | 'ephemeral' | 'shared' | 'memory' | 'empty' | 'files' | 'other'
  /** That it asks for. */
  bytes: number | undefined
  /** Of a claim: how other workloads would name it. */
  common?: Common
}

/** A claim as workloads of one namespace name it. */
export interface Claim extends Common {
  /** That one of this text asks for. */
  bytes: number | undefined
}

export type ClaimOf = (name: string) => Claim

/** What a claim asks for. */
export function storageOf(claim: Tree): number | undefined {
  return parseMemoryBytes(textOf(field(claim, 'spec', 'resources', 'requests', 'storage')) ?? '')
}

/** Those that StatefulSets of the text make, a copy each: `<template>-<set>-<number>`. */
export function claimIds(sets: readonly KubeObject[]): (namespace: string, name: string) => string {
  const made = new Set(
    sets.flatMap(({ at, name, namespace }) =>
      templatesOf(at).map((template) => `${namespace}/${nameOf(template)}-${name}`),
    ),
  )
  return (namespace, name) => {
    const series = `${namespace}/${name.replace(/-\d+$/, '')}`
    return made.has(series) ? `claims:${series}` : `claim:${namespace}/${name}`
  }
}

const templatesOf = (set: Tree): Tree[] => itemsOf(field(set, 'spec', 'volumeClaimTemplates'))
const nameOf = (template: Tree): string => textOf(field(template, 'metadata', 'name')) ?? ''

/** Of a workload's pod, by their names in it: containers come before the volumes that they mount. */
export function podVolumesOf(
  { at, name: set }: KubeObject,
  pod: Tree | undefined,
  claim: ClaimOf,
): Map<string, PodVolume> {
  const spec = field(pod, 'spec')
  const shared = mountedByMany(spec)
  const found = new Map<string, PodVolume>()
  for (const volume of itemsOf(field(spec, 'volumes'))) {
    const name = textOf(field(volume, 'name')) ?? ''
    found.set(name, podVolumeOf(volume, { isShared: shared.has(name), claim }))
  }
  // Of one name the template counts.
  for (const template of templatesOf(at)) {
    const name = nameOf(template)
    const { id, called } = claim(`${name}-${set}-0`)
    found.set(name, { kind: 'claim', bytes: storageOf(template), common: { id, called } })
  }
  return found
}

function podVolumeOf(
  volume: Tree,
  { isShared, claim }: { isShared: boolean; claim: ClaimOf },
): PodVolume {
  const claimed = field(volume, 'persistentVolumeClaim')
  if (claimed) {
    const { id, called, bytes } = claim(textOf(field(claimed, 'claimName')) ?? '')
    return { kind: 'claim', bytes, common: { id, called } }
  }
  const template = field(volume, 'ephemeral', 'volumeClaimTemplate')
  if (template) return { kind: 'ephemeral', bytes: storageOf(template) }
  if (FILES.some((kind) => field(volume, kind))) return { kind: 'files', bytes: undefined }
  const empty = field(volume, 'emptyDir')
  // Without a word about its kind it is an empty folder.
  const isEmptyDir = empty !== undefined || fieldsOf(volume).size < 2
  const size = textOf(field(empty, 'sizeLimit'))
  const bytes = size === undefined ? undefined : parseMemoryBytes(size)
  if (empty && isShared) return { kind: 'shared', bytes }
  if (!isEmptyDir) return { kind: 'other', bytes: undefined }
  if (textOf(field(empty, 'medium')) !== 'Memory') return { kind: 'empty', bytes }
  return { kind: 'memory', bytes: size === undefined ? undefined : (bytes ?? Number.NaN) }
}

/** What nobody writes to. */
const FILES = ['projected', 'downwardAPI']

/** Names that more than one container mounts. */
function mountedByMany(spec: Tree | undefined): ReadonlySet<string> {
  const once = new Set<string>()
  const more = new Set<string>()
  for (const container of itemsOf(field(spec, 'containers'))) {
    const mounts = itemsOf(field(container, 'volumeMounts'))
    for (const name of new Set(mounts.map((mount) => textOf(field(mount, 'name')) ?? ''))) {
      if (once.has(name)) more.add(name)
      once.add(name)
    }
  }
  return more
}
