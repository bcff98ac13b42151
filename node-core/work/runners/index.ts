/**
 * What starts and stops one kind of instance. The container runner speaks to Docker, the process
 * runner runs signed bundles; both pass `runner.suite.ts`. What runs is listed from what runs, by
 * the labels a runner puts on everything it starts, never from records.
 */
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { Workload, WorkloadKind } from '../spec/index.ts'
import type { InstanceAccess } from './access.ts'
import type { CommandRequest, RunningCommand } from './commanding.ts'
import type { LogLineOut, Output, OutputOptions } from './keeping.ts'
import type { Usage } from './using.ts'

export interface StartRequest {
  /** Instance id; unique. */
  id: string
  workload: Workload
  index: number
  generation: number
  /** Whose workload it is: what it keeps is kept for that owner. */
  owner?: OwnerId
  /** How it reaches its node; absent where this computer offers no way. */
  access?: InstanceAccess
  signal: AbortSignal
  /** Called with real steps: `{ step: 'pulling', doneBytes, totalBytes }`. */
  onProgress: (progress: StartProgress) => void
  /** What it wrote, when it ended before it could be said to run and nothing of it is left. */
  onLastWords?: (lines: LogLineOut[]) => void
}

export type StartProgress =
  | { step: 'pulling'; doneBytes?: number; totalBytes?: number; from: string }
  | { step: 'verifying' }
  | { step: 'starting' }

/** What a runner finds running, its labels read back. */
export interface Running {
  id: string
  workload: string
  index: number
  generation: number
  /** `exited` ones are still listed until removed, so that their logs and exit code can be read. */
  state: 'running' | 'exited'
  exitCode?: number
  /** Whose exit code it is, where there are several parts. */
  exitedPart?: string
  /** Why this node ended it, where it did. */
  endedFor?: { code: 'DISK_EXCEEDED' | 'MEMORY_EXCEEDED'; message: string }
  /** Container port to port on this host's loopback, or at `address` where there is one. */
  ports: Record<string, number>
  /** IPv4, in a network of the engine's that this computer is in. */
  address?: string
  startedAtMs: number
}

/** What a stranger's work would have to be kept to, and is not on this computer. */
export type Lack = 'memory' | 'cpu' | 'pids' | 'files' | 'privileges' | 'network'

/** `notes`: bounds that this machine cannot enforce, in plain words. */
export type Availability =
  | { ok: true; notes?: readonly string[]; lacks?: readonly Lack[] }
  | { ok: false; code: string; message: string }

export interface Runner extends Lifecycle {
  readonly kind: WorkloadKind
  /** Whether work of this kind can run now, and in plain words why not. */
  available(): Promise<Availability>
  /** Changes of availability, at once: an engine stopped or came back. */
  onAvailable(listener: (ok: boolean) => void): () => void
  /**
   * Has at hand what a start needs of others: its images, or its bundle. Throws as `run` does, which
   * would do so itself: this is for what must go on serving until then.
   */
  obtain(request: Pick<StartRequest, 'workload' | 'owner' | 'signal' | 'onProgress'>): Promise<void>
  /** Returns when the engine says it runs. Throws a MyceliumError with a code from RunnerErrorCode. */
  run(request: StartRequest): Promise<Running>
  /**
   * Ends and removes it; no error when there is none. Within `graceMs`, then by force. `drained` is
   * waited for between the two, since what it wrote is removed with it. `again`: it is run again at
   * once, and what it needs for that may stay.
   */
  end(
    id: string,
    options?: { graceMs?: number; drained?: () => Promise<void>; again?: boolean },
  ): Promise<void>
  /** Everything of this network and node that runs, or has exited and was not removed. */
  list(): Promise<Running[]>
  /**
   * Runs a command inside a part and gives its exit code, however long it takes; with the signal it is
   * ended, by runners that can. Throws NOT_SUPPORTED where there is no inside to run it in.
   */
  exec(
    id: string,
    options: { part: string; command: readonly string[]; signal?: AbortSignal },
  ): Promise<number>
  /** Whether something in it listens at a TCP port; undefined where only a connection would tell. */
  listens(id: string, containerPort: number): Promise<boolean | undefined>
  /** Runs a command inside a part for somebody who watches it. Throws as `exec` does. */
  command(id: string, request: CommandRequest): Promise<RunningCommand>
  /** What everything that runs here uses, as far as that can be told. */
  usage(): Promise<Usage[]>
  /** An instance exited by itself, or one of its parts did. */
  onExit(listener: (id: string) => void): () => void
  /**
   * What it wrote after the point that is named, and what it goes on to write; ends when it has ended
   * and all of it was given, or by the signal.
   */
  output(id: string, options: OutputOptions): AsyncIterable<Output>
}

export type RunnerErrorCode =
  /** The engine does not answer. */
  | 'ENGINE_UNAVAILABLE'
  | 'IMAGE_NOT_FOUND'
  /** Another network of the engine has the addresses that one was to have. */
  | 'ADDRESSES_TAKEN'
  /** Somebody removed the engine's network that an instance was to be in. */
  | 'NETWORK_MISSING'
  /** The engine sees another file system than this node, so it cannot mount a folder of ours. */
  | 'FOLDER_UNSEEN'
  /** The image or bundle is not what its digest says. */
  | 'DIGEST_MISMATCH'
  /** Bundle signature, hash or archive is bad. */
  | 'BUNDLE_INVALID'
  | 'PUBLISHER_UNTRUSTED'
  | 'PORT_TAKEN'
  /** The program ended right after it was started. */
  | 'EXITED_AT_ONCE'
  /** The image has no program of that name, or none that its user may run. `details.exitCode`, as a shell says it. */
  | 'NOT_RUNNABLE'
  | 'DISK_FULL'
  /** A secret that it is handed is not there, or its key has yet to come to this node. */
  | 'SECRET_MISSING'
  | 'SECRET_WAITING'
  /** Others have leased the graphics processors that it asks for. */
  | 'DEVICE_TAKEN'
  /** The workload asks for something this runner does not do, by name in `details.reason`. */
  | 'NOT_SUPPORTED'
  /** Programs' users cannot reach the folder that their working folders lie in. */
  | 'SHARED_FOLDER_CLOSED'
  /** What runs in its slot has not ended, and writes the same volumes. */
  | 'VOLUME_IN_USE'
  | 'START_FAILED'
  /** No instance of this id was started here, or it has been removed. */
  | 'INSTANCE_NOT_FOUND'

export {
  type AccessedInstance,
  accessVariables,
  CONTAINER_FOLDER,
  FILES_FOLDER,
  type InstanceAccess,
  type InstanceAccesses,
  SECRETS_FOLDER,
  SOCKET_NAME,
  slotVariable,
} from './access.ts'
export type {
  CommandOutput,
  CommandRequest,
  RunningCommand,
  TerminalSize,
} from './commanding.ts'
export { type PlacedFile, placeConfigFiles } from './config-files.ts'
export {
  type KeptInstance,
  type LineOver,
  type LogLineOut,
  leftOutText,
  type Output,
  type OutputKeeper,
  type OutputOptions,
} from './keeping.ts'
export { linePieces } from './line-pieces.ts'
export { findLoopbackPort, type OwnPorts, portOwn, portTaken } from './loopback-port.ts'
export { exceeded, MEMORY_GONE } from './overuse.ts'
export {
  createSimEngine,
  type SimEngine,
  type SimEngineDeps,
  type SimProgram,
} from './sim-runner.ts'
export { together } from './together.ts'
export type { Usage } from './using.ts'
export type { NodeVolume, NodeVolumes, StoredVolume, VolumeStore } from './volume-stores.ts'
