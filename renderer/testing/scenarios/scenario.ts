import type {
  AuditEntryView,
  ClusterNode,
  JobRunView,
  KeptLogView,
  LeftVolumeView,
  PastVersion,
  ProposalView,
  SecretView,
  Status,
  VolumeView,
  WorkloadView,
} from '../../../node-core/api/contract/index.ts'

export interface Member {
  owner: string
  name: string
  state: 'member' | 'waiting' | 'removed'
  permissions: Status['node']['permissions']
  founder: boolean
  nodes: string[]
  since?: string
}

export interface Scenario {
  status: Status
  nodes: ClusterNode[]
  members: Member[]
  proposals: ProposalView[]
  workloads: WorkloadView[]
  secrets: SecretView[]
  volumes: VolumeView[]
  /** Of networks that this computer has left. */
  leftVolumes: LeftVolumeView[]
  /** By the workload's name. */
  versions: Record<string, PastVersion[]>
  runs: Record<string, JobRunView[]>
  /** Commands inside copies of this computer. */
  audit: AuditEntryView[]
  /** Logs of instances that are gone, by their workload. */
  keptLogs: Record<string, KeptLogView[]>
  /** What could be freed of the space that the network has. */
  reclaimableBytes: number
  /** Kept for the network here; where it is not said, some. */
  usedBytes?: number
  images: { id: string; tags: string[]; sizeBytes: number }[]
  bundles: {
    digest: string
    name: string
    version: string
    publisher: string
    trusted: boolean
    sizeBytes: number
  }[]
}

export const SCENARIOS = [
  'new',
  'waiting',
  'notStarted',
  'alone',
  'busy',
  'community',
  'broken',
  'large',
  'namesakes',
] as const
export type ScenarioName = (typeof SCENARIOS)[number]
