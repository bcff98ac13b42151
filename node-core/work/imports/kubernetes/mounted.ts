/** What is said of the volumes of a pod, and what becomes of where its containers mount them. */
import type { ReportCode } from '../codes.ts'
import { sayHostPath } from '../docker/volumes.ts'
import { addScratch } from '../draft.ts'
import { IN_MEMORY_BYTES_MAX } from '../limits.ts'
import { addMount } from '../mounts.ts'
import { field, isTrue, type Tree, textOf } from '../tree.ts'
import { takeFileVolume } from './file-volumes.ts'
import type { PodVolume } from './pod-volumes.ts'
import type { Kube, KubeContainer } from './rule.ts'

export function takeVolume(at: Tree, kube: Kube): void {
  const name = textOf(field(at, 'name')) ?? ''
  const hostPath = field(at, 'hostPath')
  if (hostPath) sayHostPath(at, textOf(field(hostPath, 'path')) ?? '', kube.scope)
  else if (kube.fileVolumes.get(name)?.whole !== at) {
    kube.scope.say(at, SAID[kube.volumes.get(name)?.kind ?? 'other'])
  }
}

const SAID: Record<PodVolume['kind'], ReportCode> = {
  claim: 'volume-local',
  ephemeral: 'kept-for-a-while',
  shared: 'shared-for-a-while',
  memory: 'scratch-in-memory',
  empty: 'no-volumes',
  files: 'no-files',
  other: 'other-storage',
}

/** What a volume is mounted for in parts is a volume for each of them. */
export function takeMount(at: Tree, container: KubeContainer): void {
  const { part, scope, kube } = container
  const [name, path] = [textOf(field(at, 'name')), textOf(field(at, 'mountPath'))]
  const files = kube.fileVolumes.get(name ?? '')
  const volume = kube.volumes.get(name ?? '')
  if (name === undefined || path === undefined) {
    scope.say(at, 'wrong-form')
  } else if (files) {
    takeFileVolume(at, { volume: files, path }, container)
  } else if (volume?.kind === 'memory') {
    addScratch(part, { at, path, bytes: volume.bytes }, scope)
  } else if (volume === undefined) {
    scope.say(at, 'not-there', 'The pod has no volume of this name.')
  } else if (volume.kind === 'empty' && part.readOnlyRoot) {
    takeWritable(at, { name, path, bytes: volume.bytes }, container)
  } else if (volume.kind === 'claim' || volume.kind === 'shared' || volume.kind === 'ephemeral') {
    addMount(kube.draft, part, {
      ...{ at, source: name, path, bytes: volume.bytes, common: volume.common },
      within: textOf(field(at, 'subPath')) || textOf(field(at, 'subPathExpr')) || undefined,
      readOnly: isTrue(field(at, 'readOnly')),
      code: SAID[volume.kind],
    })
  } else {
    scope.say(at, SAID[volume.kind])
  }
}

/**
 * Where nothing else can be written to it has to be a folder of its own: in memory, which anybody may
 * write to and which keeps no new copy waiting; one that is to hold more is a volume.
 */
function takeWritable(
  at: Tree,
  { name, path, bytes }: { name: string; path: string; bytes: number | undefined },
  { part, scope, kube }: KubeContainer,
): void {
  if (bytes === undefined || bytes <= IN_MEMORY_BYTES_MAX) {
    addScratch(part, { at, path, bytes }, scope)
    return
  }
  const wish = { at, source: name, path, readOnly: isTrue(field(at, 'readOnly')), bytes }
  addMount(kube.draft, part, { ...wish, code: 'kept-for-a-while' })
}
