/** What rules about a workload's fields work on. */
import type { CopyNamed } from '../addresses.ts'
import type { Draft, PartDraft } from '../draft.ts'
import type { Scope } from '../report.ts'
import type { Tree } from '../tree.ts'
import type { ClaimOf, PodVolume } from './pod-volumes.ts'
import type { FileVolume, Settings } from './settings.ts'

/** Whose single copy a host is, as it is said in a namespace. */
export type CopyNames = (host: string, namespace: string) => CopyNamed | undefined

/** Why nothing is found by the name of a Service, from a workload; undefined where something is. */
export type LostName = (
  service: string,
  from: { name: string; namespace: string },
) => string | undefined

/** One workload of the text. */
export interface Kube {
  draft: Draft
  scope: Scope
  namespace: string
  podLabels: Map<string, string>
  /** Ports of its containers by their names. */
  portNames: Map<string, number>
  /** Whose number follows from an autoscaler of this text: `<namespace>/<name here>`. */
  scaled: ReadonlySet<string>
  /** Names of Services. */
  services: ReadonlySet<string>
  copyNames: CopyNames
  lost: LostName
  claim: ClaimOf
  /** Volumes of the pod by their names in it. */
  volumes: ReadonlyMap<string, PodVolume>
  /** Those of them that hold a ConfigMap or a Secret. */
  fileVolumes: ReadonlyMap<string, FileVolume>
  /** A job says how many of its runs are to end well. */
  hasCompletions: boolean
  /** Of the pod: it holds for containers that say nothing else. */
  securityContext: Tree | undefined
  /** Of the pod; spoken of once all workloads of the text are known. */
  affinity: Tree | undefined
  /** What a PriorityClass of this text says. */
  priorityOf(name: string): number | undefined
  secretsInTheOpen: boolean
  settings(kind: Settings['kind'], name: string): Settings | undefined
  /** Of what is not found: that another namespace has one of this name, which is told it was missed. */
  elsewhere(kind: Settings['kind'], name: string): string | undefined
}
export type KubeRule = (at: Tree, kube: Kube) => void

/** One of its containers. */
export interface KubeContainer {
  kube: Kube
  part: PartDraft
  scope: Scope
  /** From whole ConfigMaps and Secrets; what `env` names goes before. */
  fromWhole: Map<string, string>
  /** Variables that it has where it comes from, and whose value is not known here: why not. */
  unknown: Map<string, 'secret' | 'field'>
  /** Before its liveness probe asks for the first time. */
  liveDelayMs?: number
  /** Paths of secrets, and where those lie here. */
  elsewhere: Map<string, string>
}
export type ContainerRule = (at: Tree, container: KubeContainer) => void
