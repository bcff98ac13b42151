/** A workload on its way from what was brought to a manifest. */
import type { StopSignal } from '../spec/index.ts'
import type {
  Manifest,
  ManifestContainer,
  ManifestFile,
  ManifestMount,
  ManifestPort,
  ManifestProbe,
  ManifestSecret,
} from './manifest.ts'
import type { Place, Scope } from './report.ts'
import type { Tree } from './tree.ts'
import { memoryText } from './units.ts'

export interface Draft {
  at: Place
  name: string
  scope: Scope
  parts: PartDraft[]
  replicas?: number
  autoscale?: NonNullable<Manifest['autoscale']>
  rollout: NonNullable<Manifest['rollout']>
  restart?: NonNullable<Manifest['restart']>
  graceMs?: number
  job?: NonNullable<Manifest['job']>
  overSites?: boolean
  /** Names of workloads that it is kept apart from, and of those that it would rather be beside. */
  apart: Set<string>
  near: Set<string>
  priority?: number
  disruption?: NonNullable<Manifest['disruption']>
  /** By where each goes, so that none goes to one place twice. */
  secrets: Map<string, DraftSecret>
  /** Host names, and the workloads that they lead to. */
  uses: Map<string, string>
  /** What others are asked at, by their names in the text. */
  asked: { name: string; port: number }[]
  /** Words of variables that may be meant for others of the text. */
  suspected: { at: Place; host: string }[]
  /** More than its neighbours and its own computer could reach a port of it. */
  isPublished?: boolean
  /** Hosts outside of the network, and their ports. */
  egress: Map<string, Set<number>>
  /** It was said that it has no network: nobody need hear that it reaches nothing. */
  isolated?: boolean
  labels: Map<string, string>
  nodeSelector: Map<string, string>
  /** By what it was where it came from. */
  volumes: Map<string, DraftVolume>
}

export interface DraftSecret extends ManifestSecret {
  named: SecretNamed[]
}

/** Where the text hands it to a container. */
export interface SecretNamed {
  at: Place
  part: PartDraft
  /** Where its file lies elsewhere, if that is in another folder than all of them. */
  instead?: string
}

export interface DraftVolume {
  at: Tree
  name: string
  bytes?: number
  ifLost?: 'empty'
  /** Absent where it was each workload’s own. */
  common?: Common | undefined
  /** The folder of it that this is. */
  within?: string | undefined
}

/** How all workloads of a text name one volume. */
export interface Common {
  id: string
  called: string
}

export interface PartDraft {
  at: Place
  name?: string
  image?: string
  command?: string[]
  args?: string[]
  env: Map<string, string>
  /** Those of them that came from files: what is said in the text goes before. */
  fromFiles?: Set<string>
  ports: ManifestPort[]
  /** Those that more than neighbours reach: the edge leads to the first of them. */
  published?: ReadonlySet<number>
  mounts: ManifestMount[]
  user?: string
  workingDir?: string
  gpus?: number
  stopSignal?: StopSignal
  readOnlyRoot?: boolean
  scratch: NonNullable<ManifestContainer['scratch']>
  files: ManifestFile[]
  requests: DraftAmounts
  limits: DraftAmounts
  probes: NonNullable<Manifest['containers'][number]['probes']>
  /** Not even by the probe that a container has otherwise. */
  unasked?: boolean
}

export interface DraftAmounts {
  cpuMillis?: number
  memoryBytes?: number
}

export type ProbeTimes = Pick<ManifestProbe, 'periodMs' | 'timeoutMs' | 'failures'>

export function newDraft(at: Place, name: string, scope: Scope): Draft {
  return {
    at,
    name,
    scope,
    parts: [],
    apart: new Set(),
    near: new Set(),
    uses: new Map(),
    asked: [],
    suspected: [],
    egress: new Map(),
    labels: new Map(),
    nodeSelector: new Map(),
    volumes: new Map(),
    secrets: new Map(),
    rollout: {},
  }
}

export function newPart({ line, path }: Place): PartDraft {
  const amounts = { requests: {}, limits: {} }
  return {
    at: { line, path },
    env: new Map(),
    ports: [],
    mounts: [],
    scratch: [],
    files: [],
    probes: {},
    ...amounts,
  }
}

/** A DNS label of what somebody called it; undefined when no letter of it can stay. */
export function labelOf(name: string): string | undefined {
  const label = name
    .slice(0, 256)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '')
  return label === '' ? undefined : label
}

/** `registry.example/team/nginx:1.27` is called `nginx`. */
export function nameOfImage(image: string): string | undefined {
  return labelOf(image.split('/').at(-1)?.split(/[:@]/)[0] ?? '')
}

/** The edge leads to TCP: `tcpPort` is reached by more than its neighbours. */
export function publishPort(part: PartDraft, tcpPort: number): void {
  part.published = new Set([...(part.published ?? []), tcpPort])
}

/** Fields of one rule that stand in several places. */
export function setRestart(draft: Draft, said: NonNullable<Manifest['restart']>): void {
  draft.restart = { ...draft.restart, ...said }
}

const SECRET_NAME = /PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_?KEY|API_?KEY|CREDENTIAL/i

/** Sets a variable and says so. What looks like a secret is pointed at, never repeated. */
export function setEnv(part: PartDraft, variable: Variable, scope: Scope): void {
  const { at, name, value, code = 'kept' } = variable
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name) || name === '__proto__') {
    scope.say(at, 'bad-variable-name')
    return
  }
  part.env.set(name, value)
  // By custom such a variable names the file that holds it.
  const isPath = name.endsWith('_FILE') && value.startsWith('/')
  const open = code === 'kept' && SECRET_NAME.test(name) && value !== '' && !isPath
  scope.say(at, open ? 'in-the-open' : code)
}
interface Variable {
  at: Place
  name: string
  value: string
  code?: 'kept' | 'inlined'
}

/** A folder in memory, as large as is usual here where `bytes` is undefined. */
export function addScratch(
  part: PartDraft,
  { at, path, bytes }: { at: Tree; path: string; bytes: number | undefined },
  scope: Scope,
): void {
  const fits = path.startsWith('/') && !Number.isNaN(bytes)
  if (fits) part.scratch.push({ path, ...(bytes !== undefined && { size: memoryText(bytes) }) })
  const wrong = 'Not a path that begins with "/", or not a size, such as "64m" or "64Mi".'
  scope.say(at, fits ? 'scratch-in-memory' : 'wrong-form', fits ? undefined : wrong)
}

/** False when the computer's port that it asks for cannot be had beside what was asked before. */
export function addPort(part: PartDraft, port: ManifestPort): boolean {
  const { containerPort, hostPort, protocol = 'tcp' } = port
  const same = part.ports.find(
    (one) => one.containerPort === containerPort && (one.protocol ?? 'tcp') === protocol,
  )
  if (!same) part.ports.push({ ...port })
  else if (hostPort !== undefined) same.hostPort ??= hostPort
  return !same || hostPort === undefined || same.hostPort === hostPort
}

/** Labels that are not permitted here are left out, and said. */
export function setLabel(labels: Map<string, string>, label: Label, scope: Scope): void {
  const { at, key, value } = label
  const fits = key.length >= 1 && key.length <= 63 && value.length <= 255 && key !== '__proto__'
  if (fits) labels.set(key, value)
  scope.say(at, fits ? 'kept' : 'other-labels')
}
interface Label {
  at: Tree
  key: string
  value: string
}
