import type { StopSignal } from '../spec/index.ts'

/** What comes out: the body of a deploy, in the part of its form that imports use. */
export interface Manifest {
  name: string
  containers: ManifestContainer[]
  replicas?: number
  autoscale?: {
    min?: number
    max: number
    cpuPercent: number
    upAfterMs?: number
    downAfterMs?: number
  }
  labels?: Record<string, string>
  nodeSelector?: Record<string, string>
  placement?: { spread?: 'site'; apart?: string[]; near?: string[] }
  volumes?: { name: string; size?: string; ifLost?: 'empty' }[]
  uses?: (string | { name: string; as: string })[]
  egress?: { host: string; ports: number[] }[]
  edge?: { access: 'members' }
  rollout?: { atOnce?: number; warmUpMs?: number; paused?: boolean }
  restart?: { when?: 'always' | 'onFailure' | 'never'; atMost?: number; backoffMs?: number }
  graceMs?: number
  priority?: number
  disruption?: { minAvailable?: number; maxUnavailable?: number }
  secrets?: ManifestSecret[]
  job?: {
    completions?: number
    parallelism?: number
    retries?: number
    deadlineMs?: number
    schedule?: {
      cron: string
      timeZone?: string
      overlap?: 'allow' | 'forbid' | 'replace'
      startWithinMs?: number
      paused?: boolean
    }
  }
}

export interface ManifestSecret {
  name: string
  env?: string
  file?: string
}

export interface ManifestContainer {
  name?: string
  image: string
  command?: string[]
  args?: string[]
  env?: Record<string, string>
  ports?: ManifestPort[]
  resources: {
    cpu?: string
    memory?: string
    gpus?: number
    limits?: { cpu?: string; memory?: string }
  }
  probes?: Partial<Record<'startup' | 'live' | 'ready', ManifestProbe>>
  mounts?: ManifestMount[]
  user?: string
  workingDir?: string
  stopSignal?: StopSignal
  readOnlyRoot?: boolean
  scratch?: { path: string; size?: string }[]
  files?: ManifestFile[]
}

export interface ManifestFile {
  path: string
  content: string
  encoding?: 'base64'
  mode?: string
}

export interface ManifestMount {
  volume: string
  path: string
  readOnly?: boolean
}

export interface ManifestPort {
  containerPort: number
  hostPort?: number
  protocol?: 'tcp' | 'udp'
}

export type ManifestProbe = (
  | { kind: 'http'; path: string; port: number }
  | { kind: 'tcp'; port: number }
  | { kind: 'command'; command: string[] }
) & { periodMs: number; timeoutMs: number; failures: number }
