/**
 * The parts that exist while this node is in a network, wired in the order in which they start.
 * What an earlier part needs of a later one is handed over as a function, called only once all run.
 */
import path from 'node:path'
import type { InstanceLogLine, NetworkParts, Reason } from './api/handlers/index.ts'
import type { Clock } from './base/clock/index.ts'
import { openDatabase } from './base/database/index.ts'
import type { FileDisk } from './base/disk/index.ts'
import { type Lifecycle, type NamedPart, startInOrder, stopInReverse } from './base/lifecycle/index.ts'
import type { Logger } from './base/log/index.ts'
import { type NodeId, shortId } from './base/net/index.ts'
import type { Random } from './base/random/index.ts'
import { createBundleShelf, trustsPublisher } from './bundle-shelf.ts'
import { createDatabaseStore, createSharedState, type ReplicatedState } from './control/state/index.ts'
import { createEndpointSource } from './endpoints.ts'
import { type Settings, type StoredNetwork, writeCredential } from './home.ts'
import {
  type OwnerId,
  ownerIdOf,
  parseGenesis,
  type Role,
  verify,
  verifyCredential,
} from './identity/index.ts'
import type { Identity } from './joining.ts'
import { createAdmission, memberRecords } from './network/admission/index.ts'
import { createDiscovery } from './network/discovery/index.ts'
import { createMembership } from './network/membership/index.ts'
import { createMesh, type Mesh, PEERS_DEFAULT } from './network/mesh/index.ts'
import type { NodeConfig } from './node.ts'
import { createBlobStore, parseDigest } from './storage/blobs/index.ts'
import { capacityOf } from './this-computer.ts'
import { VERSION } from './version.ts'
import { createBundles } from './work/bundles/index.ts'
import { createEdge, createTunnelServer } from './work/edge/index.ts'
import { createLogs, createReconciler, createWorkView } from './work/reconcile/index.ts'
import { createContainerRunner } from './work/runners/container/index.ts'
import { createProcessRunner } from './work/runners/process/index.ts'

export interface NetworkRuntime extends Lifecycle {
  readonly parts: NetworkParts
  readonly edge: string | undefined
  kinds(): Promise<{ kind: string; ok: boolean; reason?: Reason }[]>
  degraded(): Reason[]
  /** Tells the network what the owner changed about this node. */
  announce(change: { name?: string; role?: Role; labels?: Record<string, string> }): Promise<void>
  /** Says goodbye and ends what runs here. Before `stop`. */
  leave(): Promise<void>
}

export interface RuntimeDeps {
  config: NodeConfig
  identity: Identity
  stored: StoredNetwork
  disk: FileDisk
  settings(): Settings
  name(): string
  clock: Clock
  random: Random
  logger: Logger
}
