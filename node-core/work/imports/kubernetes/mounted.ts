/** What is said of the volumes of a pod, and what becomes of where its containers mount them. */
import { sayHostPath } from '../docker/volumes.ts'
import { addScratch } from '../draft.ts'
import { addMount } from '../mounts.ts'
import { field, isTrue, type Tree, textOf } from '../tree.ts'
import { takeFileVolume } from './file-volumes.ts'
import type { Kube, KubeContainer } from './rule.ts'

export function takeVolume(at: Tree, { scope, volumes, fileVolumes }: Kube): void {
  const name = textOf(field(at, 'name')) ?? ''
  const kind = volumes.get(name)?.kind
  const hostPath = field(at, 'hostPath')
  const files = ['projected', 'downwardAPI', 'csi', 'gitRepo', 'image']
  if (hostPath) sayHostPath(at, textOf(field(hostPath, 'path')) ?? '', scope)
  else if (fileVolumes.get(name)?.whole === at) return
  else if (files.some((kind) => field(at, kind))) scope.say(at, 'no-files')
  else if (kind === 'shared') scope.say(at, 'shared-for-a-while')
  else if (kind === 'memory') scope.say(at, 'scratch-in-memory')
  else scope.say(at, kind === 'claim' ? 'volume-local' : 'no-volumes')
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
  } else if (volume?.kind === 'claim' || volume?.kind === 'shared') {
    addMount(kube.draft, part, {
      ...{ at, source: name, path, bytes: volume.bytes, common: volume.common },
      within: textOf(field(at, 'subPath')) || textOf(field(at, 'subPathExpr')) || undefined,
      readOnly: isTrue(field(at, 'readOnly')),
      forAWhile: volume.kind === 'shared',
    })
  } else {
    scope.say(at, 'no-volumes')
  }
}
