/**
 * The restricted profile: what a container may be given, and by leaving everything else out, what it
 * may not. No privileges, host namespaces or engine socket; no device but graphics processors that the
 * computer's owner grants, leased to it alone; no host path but the folder of its own door to this
 * node, with the files that its manifest brings, read-only; of the engine's capabilities those that an image needs to make its
 * own files and step down from root, and none beyond; the engine's default seccomp filter; bounds on
 * processor, memory and processes; ports on loopback. There is no option that loosens it.
 */

import {
  CAPABILITIES,
  type ContainerSource,
  diskBytesOf,
  type Part,
  type Port,
  type Scratch,
} from '../../spec/index.ts'
import type { Gpu } from '../gpus/index.ts'
import {
  accessVariables,
  CONTAINER_FOLDER,
  type InstanceAccess,
  type PlacedFile,
} from '../index.ts'
import { type HostPorts, portKey } from './host-ports.ts'
import {
  CPU_SHARES_MIN,
  CPU_SHARES_OF_CORE,
  LOG_FILE_MEBIBYTES_MAX,
  LOG_FILES_MAX,
  OOM_SCORE,
  OPEN_FILES_MAX,
  PIDS_MAX,
  SHARED_MEMORY_BYTES_MIN,
} from './limits.ts'
import type { VolumeMount } from './volume-mounts.ts'

export interface ProfileRequest {
  part: Part
  source: ContainerSource
  /** Id or reference of an image that is on this engine. */
  image: string
  labels: Record<string, string>
  network: PartNetwork
  volumes: readonly VolumeMount[]
  files: readonly PlacedFile[]
  /** What every instance is told, with or without a door. */
  environment: Readonly<Record<string, string>>
  access?: InstanceAccess
  /** The engine can keep what it writes to a fixed size. */
  fixedDisk: boolean
  /** Leased to this part alone. */
  gpus: readonly Gpu[]
}

/** The first part of an instance has the network, with the ports of all; the others join it. */
export type PartNetwork = OwnNetwork | { kind: 'joined'; container: string }
export interface OwnNetwork {
  kind: 'own'
  ports: readonly Port[]
  hostPorts: HostPorts
  /** Of the engine; undefined where there is no shield. */
  network: string | undefined
  /** Whether names of the outside are looked up. */
  resolves: boolean
}

export type ContainerProfile = ReturnType<typeof restrictedProfile>

export function restrictedProfile(request: ProfileRequest) {
  const { part, source, image, labels, network, volumes, access, fixedDisk, gpus } = request
  const files = request.files.map(({ source, path }) => shown(source, path))
  const { cpuMillis, memoryBytes } = part.resources.limits
  const environment = {
    ...part.env,
    ...request.environment,
    ...(access && accessVariables(access, CONTAINER_FOLDER)),
  }
  return {
    Image: image,
    ...commandOf(source),
    ...(part.user !== undefined && { User: part.user }),
    ...(part.workingDir !== undefined && { WorkingDir: part.workingDir }),
    ...(part.stopSignal !== undefined && { StopSignal: part.stopSignal }),
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    Labels: labels,
    // Probes are the reconciler's: the image's own would be run by the engine, as often as that says.
    Healthcheck: { Test: ['NONE'] },
    AttachStdin: false,
    OpenStdin: false,
    Tty: false,
    ...exposedOn(network),
    HostConfig: {
      Privileged: false,
      CapDrop: ['ALL'],
      CapAdd: [...CAPABILITIES],
      SecurityOpt: ['no-new-privileges:true'],
      ...attachedTo(network),
      IpcMode: 'private',
      CgroupnsMode: 'private' as const,
      Mounts: [...volumes, ...files, ...(access ? [doorOf(access)] : [])],
      PublishAllPorts: false,
      Memory: memoryBytes,
      // Equal to Memory: no swap on top of it.
      MemorySwap: memoryBytes,
      // What lies there counts as its memory. Half, as Linux gives it: databases need more than a fixed little.
      ShmSize: Math.max(SHARED_MEMORY_BYTES_MIN, Math.floor(memoryBytes / 2)),
      NanoCpus: cpuMillis * 1_000_000,
      // After what the computer's owner runs, and before it where memory ends.
      CpuShares: Math.max(CPU_SHARES_MIN, Math.round((cpuMillis * CPU_SHARES_OF_CORE) / 1_000)),
      OomScoreAdj: OOM_SCORE,
      PidsLimit: PIDS_MAX,
      ...(part.readOnlyRoot && { ReadonlyRootfs: true }),
      ...(part.scratch && { Tmpfs: Object.fromEntries(part.scratch.map(scratchOf)) }),
      ...(fixedDisk && { StorageOpt: { size: String(diskBytesOf(part)) } }),
      ...(gpus.length > 0 && devicesOf(gpus)),
      OomKillDisable: false,
      Ulimits: [
        { Name: 'nofile', Soft: OPEN_FILES_MAX, Hard: OPEN_FILES_MAX },
        { Name: 'core', Soft: 0, Hard: 0 },
      ],
      // Restarts are the reconciler's, which counts them and waits longer each time.
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
      LogConfig: {
        Type: 'json-file',
        Config: { 'max-size': `${LOG_FILE_MEBIBYTES_MAX}m`, 'max-file': String(LOG_FILES_MAX) },
      },
    },
  }
}

export function exposedOn(network: PartNetwork) {
  if (network.kind === 'joined') return {}
  return { ExposedPorts: Object.fromEntries(network.ports.map((port) => [portKey(port), {}])) }
}

export function attachedTo(network: PartNetwork) {
  if (network.kind === 'joined') return { NetworkMode: `container:${network.container}` }
  const { ports, hostPorts } = network
  return {
    NetworkMode: network.network ?? 'bridge',
    ...(network.network !== undefined && !network.resolves && NAMELESS),
    PortBindings: Object.fromEntries(
      ports.map((port) => [
        portKey(port),
        [{ HostIp: '127.0.0.1', HostPort: String(hostPorts[portKey(port)] ?? '') }],
      ]),
    ),
  }
}

/** The engine asks for names in a container's place: nobody answers it there, and that is soon known. */
const NAMELESS = { Dns: ['127.0.0.1'], DnsOptions: ['timeout:1', 'attempts:1'] }

export function doorOf({ folder }: InstanceAccess) {
  return shown(folder, CONTAINER_FOLDER)
}

/**
 * Nothing can be put into it from inside, and a mount made on the host does not come in by it. Links in
 * the image are followed within the image.
 */
function shown(source: string, target: string) {
  return {
    Type: 'bind' as const,
    Source: source,
    Target: target,
    ReadOnly: true,
    BindOptions: { Propagation: 'rprivate' as const },
  }
}

/** To read and write, not to make others of them. */
function devicesOf(gpus: readonly Gpu[]) {
  const paths = new Set(gpus.flatMap(({ devices }) => devices))
  const groups = new Set(gpus.flatMap((gpu) => gpu.groups))
  return {
    Devices: [...paths].map((path) => {
      return { PathOnHost: path, PathInContainer: path, CgroupPermissions: 'rw' }
    }),
    GroupAdd: [...groups].map(String),
  }
}

function scratchOf({ path, sizeBytes }: Scratch): [string, string] {
  return [path, `rw,exec,nosuid,nodev,mode=1777,size=${sizeBytes}`]
}

/** `command` stands for the image's entry point, `args` for what is handed to it. */
function commandOf({ command, args }: ContainerSource) {
  if (command) return { Entrypoint: command, Cmd: args ?? [] }
  return args ? { Cmd: args } : {}
}
