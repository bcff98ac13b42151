/**
 * Runs containers through a Docker engine (or one that speaks its API) under the restricted profile,
 * and brings images from peers. It works without an engine too: it then says so, and notices when
 * one appears.
 *
 *     const runner = createContainerRunner(
 *       { node, network, net, blobs, clock, random, logger, folder, imagesWanted },
 *       { environment: process.env },
 *     )
 *     await runner.start()
 *     const { ports } = await runner.run({ id, workload, index, generation, signal, onProgress })
 */
import type { Clock } from '../../../base/clock/index.ts'
import type { KeptFile } from '../../../base/kept-file/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { Net, NodeId } from '../../../base/net/index.ts'
import type { Random } from '../../../base/random/index.ts'
import type { OwnerId } from '../../../identity/index.ts'
import type { Shield } from '../../shield/index.ts'
import type { FetchedImages } from '../../space/index.ts'
import type { ContainerSource, Port } from '../../spec/index.ts'
import type { GpuLeases } from '../gpus/index.ts'
import type { OwnPorts, Runner, VolumeStore } from '../index.ts'
import type { PartShelf } from './image-export.ts'

export interface ContainerRunner extends Runner {
  readonly kind: 'container'
  readonly images: ImageShelf
  /** Those that this node brought to the engine. */
  readonly fetched: FetchedImages
  readonly volumes: VolumeStore
}

/** What this node has at its engine beside data and images, of whichever network. All throw ENGINE_UNAVAILABLE. */
export interface NodeContainers {
  list(): Promise<NodeContainer[]>
  /** Asks it to end, and removes it; no error when there is none. */
  end(container: NodeContainer): Promise<void>
  /** Those that it has networks of the engine for. */
  networks(): Promise<string[]>
  /** The engine's networks for that one which no container is in. */
  dropNetworks(network: string): Promise<void>
  /** The image without files, where nothing is made of it: all nodes of this computer share it. */
  dropEmptyImage(): Promise<void>
}

export interface NodeContainer {
  engineId: string
  name: string
  network: string
  /** Of which copy it is a part; absent where it only serves others. */
  workload?: string
  index?: number
  isRunning: boolean
}

/** Container images of this computer's engine. */
export interface ImageShelf {
  list(): Promise<{ id: string; tags: string[]; sizeBytes: number }[]>
  /** What fixes a reference to its content, when this computer has it or a peer that may say so. */
  resolve(reference: string): Promise<ImageContent | undefined>
}

export interface ImageContent {
  imageId: string
  /** Where it says that it listens (`EXPOSE`). */
  exposes: Port[]
}

export interface ContainerRunnerDeps {
  node: NodeId
  /** Of this node: work of others is not run where there is no shield. */
  owner: OwnerId
  shield: Shield
  /** The network's id: containers of two networks on one engine do not mix. */
  network: string
  net: Pick<Net, 'peers' | 'request' | 'onRequest'>
  /** Parts of images, on this node's disk and fetched from peers. */
  blobs: PartShelf
  /** Where it is remembered which images this node brought to the engine. */
  fetched: KeptFile
  /** Drops what is not needed, for want of space; whether that freed any. */
  makeRoom(): Promise<boolean>
  clock: Clock
  random: Random
  logger: Logger
  /** Absolute; what is put there the engine mounts. Made if missing. */
  folder: string
  /** Images that workloads of this network want, by id or by name alone: only those are served. */
  imagesWanted(): readonly ContainerSource[]
  /**
   * Whether a node's word is enough for what a name of an image means in this owner's work: the owner's
   * own, and admins'. What any other says of a name is asked for last.
   */
  vouches(node: NodeId, owner: OwnerId): boolean
  /** Each time an engine has come, before anything is made there: its address, as DOCKER_HOST says it. */
  onEngine?(address: string): Promise<void>
  /** For progress: what people call a node. Default: the short form of its id. */
  nameOf?(node: NodeId): string
}

export interface ContainerRunnerOptions {
  /** A Node of this computer, for the forwarders of containers; without it they have no names. */
  nodeRuntime?: string
  /** Networks kept ready for what is started next; 0: none. Default: SANDBOXES_READY_MAX. */
  sandboxesReadyMax?: number
  /** Of graphics processors, shared with every other runner. Default: there are none. */
  gpus?: GpuLeases
  /** Ports that this node itself needs: no container gets them. Default: none. */
  ownPorts?: OwnPorts
  /** Where the engine answers; looked for when absent. */
  socketPath?: string
  /** DOCKER_HOST, XDG_RUNTIME_DIR and HOME of this process, to look for the engine. */
  environment?: Readonly<Record<string, string | undefined>>
}

export { createContainerRunner } from './container-runner.ts'
export { createEmptyImage } from './empty-image.ts'
export { createEngineFirewall } from './engine-firewall.ts'
export { createNodeImages } from './fetched-images.ts'
export { FETCHED_BYTES_MAX, SANDBOXES_READY_MAX } from './limits.ts'
export { createNodeContainers } from './node-containers.ts'
export { engineAddressOf, type Located, parseDockerHost } from './socket.ts'
export { createNodeVolumes } from './volumes.ts'
