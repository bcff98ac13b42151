/**
 * Runs signed bundles as programs of this computer, each in a working folder of its own, detached
 * from the node: a program survives the node's end and is found again by the next start.
 *
 * On Linux a program is shut into a shelter (docs/adr/0036) and gets bounds on memory, processor and
 * processes by cgroups where this node may make them, no new privileges, and a user of its own and a
 * disk of a fixed size where the node runs as root. What cannot be
 * enforced on this machine is said in the `notes` of `available()`.
 *
 *     const runner = createProcessRunner({ node, network, bundles, clock, logger, folder })
 *     await runner.start()
 *     await runner.run({ id, workload, index, generation, signal, onProgress })
 */
import type { Clock } from '../../../base/clock/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { OwnerId } from '../../../identity/index.ts'
import type { Bundles } from '../../bundles/index.ts'
import type { Shield } from '../../shield/index.ts'
import type { GpuLeases } from '../gpus/index.ts'
import type { OwnPorts, Runner, VolumeStore } from '../index.ts'
import { USER_ID_COUNT, USER_ID_MIN } from './limits.ts'

export interface ProcessRunner extends Runner {
  readonly kind: 'process'
  readonly volumes: VolumeStore
}

export interface ProcessRunnerDeps {
  node: NodeId
  network: string
  /** Of this node. */
  owner: OwnerId
  shield: Shield
  bundles: Pick<Bundles, 'obtain'>
  clock: Clock
  logger: Logger
  /** Absolute: `instances/` in the home. Records and logs lie here. Made if missing. */
  folder: string
  /** Absolute: `volumes/` in the home. What programs keep lies here. Made when it is needed. */
  volumesFolder: string
}

export interface ProcessRunnerOptions {
  /**
   * Working folders when the node is root. Every folder on the way to it must be open to the users
   * that programs run as, so it cannot lie in the home. Default: PROGRAMS_FOLDER.
   */
  sharedFolder?: string
  /**
   * Where this node is root: whether a program's folder is a file system of a fixed size, instead of
   * being watched. Default true.
   */
  fixedDisks?: boolean
  /** Ports that this node itself needs: no program is given them. Default: none. */
  ownPorts?: OwnPorts
  /** Of graphics processors, shared with every other runner. Default: there are none. */
  gpus?: GpuLeases
  /** The Node runtime that stands first on a program's PATH. Default: none. */
  nodeRuntime?: string
}

/** Where nodes that are root have the working folders of their programs, each below its own id. */
export const PROGRAMS_FOLDER = '/var/lib/mycelium-programs'

/** In the home: what programs keep. It is of no network, since it outlasts leaving one. */
export const VOLUMES_FOLDER = 'volumes'

/** Users of programs, from the first number to the last. */
export const PROGRAM_USERS = { first: USER_ID_MIN, last: USER_ID_MIN + USER_ID_COUNT - 1 }

export { createProcessRunner } from './process-runner.ts'
export { createNodeProgramVolumes } from './program-volumes.ts'
