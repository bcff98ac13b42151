/**
 * Which node runs which slot, as a pure function. Its inputs are only the live set, declared capacity,
 * labels, sites, owners and cordons, what runs where, and what the registry has assigned
 * (docs/adr/0013, 0029). Running instances stay; then the assigned node; then distinct domains and
 * hosts first, then rendezvous hash; where there is not room for all, what counts more comes first
 * (docs/adr/0039). A leader evaluates it to assign; every node evaluates it alike to know what is its own.
 *
 * A slot that is held stays where it is. A changed workload is replaced one slot at a time, in
 * place, and a draining node is emptied the same way: the old instance is surplus only once the new
 * one is healthy. Of two that run one slot, all keep the same one (`holders.ts`).
 */
import type { NodeId } from '../../base/net/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { SlotState } from '../jobs/index.ts'
import type { DesiredWorkload, Instance, Slot } from '../spec/index.ts'

export interface PlacementNode {
  id: NodeId
  /** alive or suspect count as live; dead and left do not. */
  live: boolean
  /** `left` is final (work moves for every policy); `dead` is a lost node (policy decides). */
  left: boolean
  /** It left for good: nobody is told why nothing comes to it. */
  gone?: true
  cordoned: boolean
  draining: boolean
  /** By its own word: it takes nothing, gives what it runs, and may fall silent at any moment. */
  asleep?: boolean
  labels: Readonly<Record<string, string>>
  /** Where it stands: its label `site`, or the network that its addresses are of. */
  site: string
  owner: OwnerId
  kinds: readonly string[]
  /** Kinds that it runs for other owners than its own; absent: all of them. */
  strangers?: readonly string[]
  capacity: { cpuMillis: number; memoryBytes: number; gpus?: number }
}

export interface PlacementInput {
  nodes: readonly PlacementNode[]
  workloads: readonly DesiredWorkload[]
  /** As reported by the nodes that run them, those of lost nodes included. */
  instances: readonly Instance[]
  /** Whether more than half of the known nodes are in sight. */
  majority: boolean
  /**
   * Whether a quorum of the committee is in reach, or was a moment ago. Where it is not, `stop` workloads end; in a
   * network without a committee, of which this is absent, they do without a majority.
   */
  quorum?: boolean
  /** Of jobs, by name: what each of their slots is at. */
  jobs?: ReadonlyMap<string, readonly SlotState[]>
  /** Owners whose word about priority counts among all. Default: nobody's. */
  admins?: ReadonlySet<OwnerId>
  /** Absent in a network without a Primary. */
  committed?: CommittedAssignments
  /** Nodes that have the data of a slot, those out of sight included, as each tells of itself. */
  dataOf?: ReadonlyMap<Slot, readonly NodeId[]>
  /** Slots of a change that start where they are: nobody has said for long where else they would. */
  inPlace?: ReadonlySet<Slot>
}

/** What the registry says about slots. */
export interface CommittedAssignments {
  readonly assignments: ReadonlyMap<Slot, NodeId>
  /**
   * Workloads whose slots start at their assigned node and nowhere else: a quorum is in reach, whose
   * leader assigns anew what is lost.
   */
  readonly bound: ReadonlySet<string>
  /** To others the leader gives nothing. Absent: it is not known to whom it would. */
  isRegistered?(node: NodeId): boolean
}

export interface Placement {
  /** One node for each slot that is held or could be placed. */
  assignments: ReadonlyMap<Slot, NodeId>
  /** Those of them whose node has yet to start an instance of what is wanted now. */
  starts: ReadonlySet<Slot>
  /** Those whose node waits for something to end first: what counts less there, or its own instance. */
  awaits: ReadonlySet<Slot>
  /** Those that are to have the room of what counts less, which serves until their node has all else. */
  prepares: ReadonlySet<Slot>
  /**
   * Why a slot whose instance is to be replaced, or to leave its node, is not: the first reason. Slots beyond the
   * number that is wanted are among them while their instance stands in for one that is.
   */
  stays: ReadonlyMap<Slot, StayReason>
  /** Why a slot has no node: the first reason that each node gave. */
  unplaced: ReadonlyMap<Slot, readonly Refusal[]>
  /** Instances that run a slot which another node runs too, or that nobody wants any more. */
  surplus: readonly string[]
  surplusReasons: ReadonlyMap<string, SurplusReason>
}

export interface Refusal {
  code: PlacementRefusal
  node: NodeId
}

export type PlacementRefusal =
  | 'NODE_LOST'
  /** It said goodbye. */
  | 'NODE_LEFT'
  /** It said that it sleeps. */
  | 'ASLEEP'
  /** Cordoned or draining. */
  | 'CORDONED'
  | 'KIND_NOT_OFFERED'
  /** Its owner, or what it cannot bound, keeps this kind of work to its owner's own. */
  | 'STRANGERS_REFUSED'
  | 'LABELS_DO_NOT_MATCH'
  /** What it runs and this workload are kept apart. */
  | 'KEPT_APART'
  /** Another slot of this workload, whose copies are kept apart. */
  | 'COPY_THERE'
  /** What the slot keeps lies on another node. */
  | 'DATA_ELSEWHERE'
  /** It was tried there, and something of that node kept it from starting. */
  | 'FAILED_THERE'
  | 'HOST_PORT_TAKEN'
  /** It has as many slots as one node is given. */
  | 'SLOTS_FULL'
  | 'CPU_FULL'
  | 'MEMORY_FULL'
  /** It has fewer graphics processors that nobody has leased. */
  | 'GPUS_TAKEN'
  /** There would be room but for what counts more. */
  | 'OUTRANKED'
  | 'NO_MAJORITY'
  | 'NO_QUORUM'
  /** It could run it, and the committee has yet to say which node does. */
  | 'NOT_ASSIGNED'

/** What a node has against a slot; the last two mean that it could run it. */
export type Objection = PlacementRefusal | 'ANOTHER_CHOSEN' | 'WAITS_ELSEWHERE'

/** Why a slot is where it is. */
export type Choice =
  | 'RUNS_THERE'
  | 'DATA_THERE'
  | 'ASSIGNED_THERE'
  /** Its computer is out of sight, and `onPartition: keep` waits for that. */
  | 'WAITS_THERE'
  | 'ONLY_ONE'
  /** Of copies of it: there, at its site, at its owner's. */
  | 'FEWEST_THERE'
  | 'FEWEST_AT_SITE'
  | 'FEWEST_OF_OWNER'
  /** What it is to be near runs there. */
  | 'NEIGHBOUR_THERE'
  /** Of several that are alike. */
  | 'DRAWN'
  /** It was begun there, or room is made for it there. */
  | 'COMES_FIRST'

export type StayReason =
  /** As much of the workload is away as may be, or all that serves must. */
  | 'DISRUPTION_BUDGET'
  /** What it keeps lies there. */
  | 'DATA_HERE'
  /** No other node takes it. */
  | 'NO_OTHER_NODE'
  /** Another could, and the committee has yet to say which one does. */
  | 'NOT_ASSIGNED'
  /** Others of its workload go first. */
  | 'IN_TURN'
  /** Fewer are wanted, and of those too few serve. */
  | 'STANDS_IN'

export type SurplusReason =
  /** Fewer replicas are wanted, and as many serve. */
  | 'SCALED_DOWN'
  /** A newer one serves, or it never ran. */
  | 'REPLACED'
  /** The same slot runs elsewhere too, and that one stays. */
  | 'DUPLICATE'
  /** `onPartition: stop`, in a network without a committee, where no more than half of it is in sight. */
  | 'NO_MAJORITY'
  /** The same with a committee, where it is out of reach. */
  | 'NO_QUORUM'
  /** Its room is needed by what counts more. */
  | 'DISPLACED'
  /** An attempt at a job: something of its computer keeps it from starting, and another can. */
  | 'STRANDED'

export { type Bunched, bunchedIn, bunchedText } from './bunched.ts'
export { choiceText, explain, objectionText, type SlotExplanation } from './explain.ts'
export { isHealthy } from './holders.ts'
export {
  type Emptying,
  emptyingOf,
  type LeftInstance,
  type LeftReason,
  leftOn,
  leftText,
} from './leaving.ts'
export { place } from './place.ts'
export { rendezvousScore } from './rendezvous.ts'
export { mayStandInAgain } from './standing-in.ts'
export { renewableOf } from './taking-over.ts'
