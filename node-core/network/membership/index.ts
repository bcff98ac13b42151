/**
 * Who is here. Each node's state is its own keys in the shared state map; a failure detector in the
 * manner of SWIM with Lifeguard's self-doubt decides who has fallen silent. Losing sight of a node
 * never ends its work and never removes it from the list: the dead are remembered.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { ReplicatedState } from '../../control/state/index.ts'
import type { OwnerId, Role } from '../../identity/index.ts'
import type { Cordons } from '../cordons/index.ts'

/** `node/<NodeId>/profile`: what a node says of itself. */
export interface NodeProfile {
  name: string
  role: Role
  version: string
  /** Multiaddrs to dial it at. */
  addresses: string[]
  labels: Record<string, string>
  /** Workload kinds it can run now: `container` needs an engine that answers. */
  kinds: string[]
  /** Kinds that it runs for other owners too; absent in earlier releases, which run all of theirs. */
  strangers?: string[]
  capacity: Capacity
}

export interface Capacity {
  cpuMillis: number
  memoryBytes: number
  diskBytes: number
  /** Graphics processors that its owner grants; absent where there are none. */
  gpus?: number
}

/** alive: answers. suspect: no answer yet, under doubt. dead: silent. left: said goodbye. */
export type Liveness = 'alive' | 'suspect' | 'dead' | 'left'

/** A node's word that it is about to sleep, until it has: times are its own, ISO 8601. */
export interface Asleep {
  since: string
  /** When it means to be back, where it says so. */
  until?: string
}

export interface Member {
  id: NodeId
  owner: OwnerId
  ownerName: string
  profile: NodeProfile
  liveness: Liveness
  /** By the word of its owner or an admin (`network/cordons`): no new work. */
  cordoned: boolean
  /** Work moves elsewhere first. */
  draining: boolean
  /** It said that it would sleep: work moves at once, and silence needs no doubt. */
  asleep?: Asleep
  /** It left the network for good, by its own word; absent of one that was only switched off. */
  gone?: true
  /** When `liveness` last changed, by the local monotonic clock. */
  sinceMs: number
}

export interface Membership extends Lifecycle {
  readonly self: NodeId
  get(id: NodeId): Member | undefined
  /** Everyone ever admitted who has not been removed, self included, sorted by id. */
  list(): Member[]
  subscribe(listener: (member: Member, previous: Liveness | undefined) => void): () => void
  /** Changes what this node says of itself. */
  announce(change: Partial<NodeProfile>): Promise<void>
  /**
   * Says goodbye: others mark this node `left` at once instead of waiting to find it dead. `forGood`: it
   * leaves the network, and is listed no more; it stays so for this life of the node.
   */
  leave(how?: { forGood: boolean }): Promise<void>
  /**
   * Says that this computer is about to sleep. The word ends when it has slept, with `wake`, or with
   * this life of the node.
   */
  sleep(word?: { until?: string }): Promise<void>
  wake(): Promise<void>
  /** Many members are coming just now: what can wait leaves the machine to those who look for each other. */
  isCrowded(): boolean
  /** The fields of this node's own profile for which no node lists it, itself included; mostly none. */
  refused(): string[]
  /** 0 (healthy) to 8: how much this node doubts its own judgement, Lifeguard's multiplier. */
  readonly selfDoubt: number
}

export interface MembershipDeps {
  state: Pick<ReplicatedState, 'get' | 'list' | 'put' | 'subscribe' | 'memberOf' | 'goAbove'>
  net: Net
  clock: Clock
  random: Random
  logger: Logger
  /** What is said of nodes beside what they say themselves. */
  cordons: Pick<Cordons, 'of' | 'subscribe'>
  /** The edges of the topology, as the mesh measures them. Default: connected peers. */
  links?: () => { to: NodeId; latencyMs?: number }[]
}

export interface MembershipOptions {
  /** What this node says of itself at its start. */
  profile: NodeProfile
}

export { createMembership } from './driver.ts'
export { parseLinks, parseProfile } from './members.ts'
