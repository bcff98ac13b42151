/**
 * Keeps instances away from the home network of the computer that they run on, and from everything that
 * their workload does not name (docs/adr/0035): rules of the kernel's firewall, in chains of our own,
 * about the links of containers and the users of programs.
 *
 *     const shield = createShield({ node, firewall: createFirewall(), clock, logger }, { opened })
 *     await shield.start()
 *     shield.obstacle() // why it can bound nothing here; undefined when it can
 *     await shield.bind(`link:${name}`, { egress, own: true })
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Ipv4Range } from '../addresses/index.ts'
import type { Egress } from '../spec/index.ts'
import type { UserTraffic } from './counting.ts'
import type { Firewall } from './firewall.ts'

export interface Shield extends Lifecycle {
  /** Again, where there was an obstacle: it may be gone. */
  start(): Promise<void>
  /** Why no connections are bounded here. */
  obstacle(): Obstacle | undefined
  /** Links whose names begin so let nothing through but what `bind` says of them. */
  readonly linkPrefix: string
  /** Bounded from when this resolves. Throws SHIELD_FAILED. */
  bind(subject: Subject, bound: Bound): Promise<void>
  /** Of this kind these and no others are there, as a node finds them that comes back. */
  bindOnly(kind: SubjectKind, bounds: ReadonlyMap<Subject, Bound>): Promise<void>
  /** It is gone. */
  release(subject: Subject): Promise<void>
  /** What users that are bound sent and received since they were; of none where that is not counted. */
  traffic(): Promise<ReadonlyMap<number, UserTraffic>>
}

export type SubjectKind = 'link' | 'user'
/** A network device that leads to containers, or the user that a program runs as. */
export type Subject = `link:${string}` | `user:${number}`

export interface Bound {
  /** Absent: nothing. */
  egress?: Egress
  /** A workload of this computer's owner: what the owner opened of the home network is open to it. */
  own: boolean
  /** Of a program: ports of loopback that are its own. */
  ports?: readonly number[]
}

export interface Obstacle {
  code: 'NOT_LINUX' | 'NOT_ROOT' | 'NO_FIREWALL'
  message: string
}

export type ShieldErrorCode = 'SHIELD_FAILED'

export interface ShieldDeps {
  node: NodeId
  firewall: Firewall
  clock: Clock
  logger: Logger
}

export interface ShieldOptions {
  /** Parts of the home network that the owner opens to workloads of his own which name them. */
  opened?: readonly Ipv4Range[]
  /** Numbers of the users that programs run as; no programs are bounded without. */
  users?: { first: number; last: number }
  /** Where this node is: whoever finds that gone takes its rules along, as it does with others'. */
  place?: Place
}

export interface Place {
  home: string
  /** The folder where all nodes of this computer note theirs. Default `/run/mycelium-shields`. */
  notes?: string
}

export type { UserTraffic } from './counting.ts'
export { createFirewall, type Family, type Firewall } from './firewall.ts'
export { FIREWALL_MS, FIREWALL_OUTPUT_BYTES_MAX } from './limits.ts'
export { nameServersOf } from './name-servers.ts'
export { createOutside, type Outside } from './outside.ts'
export { createShield } from './shield.ts'
