import type { NodeId } from '../../base/net/index.ts'
import { nameMeant } from '../../control/registry/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import {
  type Amounts,
  amountsOf,
  gpusOf,
  type Port,
  portsOf,
  type Slot,
  type Workload,
} from '../spec/index.ts'
import type { PlacementNode, PlacementRefusal } from './index.ts'
import { NODE_SLOTS_MAX } from './limits.ts'

/** What is reserved on each node, by what runs there and by what has just been placed there. */
export interface Ledger {
  /** Reserves what one instance of `workload` needs. */
  reserve(node: NodeId, slot: Slot, workload: Workload): void
  /** Takes back what was reserved. */
  release(node: NodeId, slot: Slot, workload: Workload): void
  /** What one more instance there would need beyond what is free. */
  missing(node: PlacementNode, workload: Workload): Amounts
  /** What is ending there holds its room and its host ports until it has. */
  ends(node: NodeId, slot: Slot, workload: Workload): void
  /** Whether all that is reserved there has room beside what is ending, and this slot the ports that it asks for. */
  fitsBesideEnding(node: NodeId, slot: Slot, workload: Workload): boolean
  /** One of this workload there goes elsewhere: it has its room until it has ended, and counts no more. */
  lets(node: NodeId, workload: string): void
  /** It stays after all. */
  keeps(node: NodeId, workload: string): void
  /** How many slots of this workload the node holds. */
  count(node: NodeId, workload: string): number
  /** Whether the node holds a slot of any that this workload is to be near. */
  isNear(node: NodeId, workload: Workload): boolean
  /** The first thing that speaks against one more instance there. */
  refusal(node: PlacementNode, slot: Slot, workload: Workload): PlacementRefusal | undefined
  /** The same, where the slot's own instance already counts and would be replaced in place. */
  refusalInPlace(node: PlacementNode, slot: Slot, workload: Workload): PlacementRefusal | undefined
}

/** The nodes that a slot may run on because its data lies there; none: any. */
export type DataPlaces = (slot: Slot, workload: Workload) => readonly NodeId[]

export interface LedgerFacts {
  whereData: DataPlaces
  /** Of a workload, by its name. */
  ownerOf: (workload: string) => OwnerId | undefined
  /** Whether the slot was tried there and could not start. */
  failedThere: (node: NodeId, slot: Slot) => boolean
}

type SlotsByHostPort = Map<string, Set<Slot>>

interface Reserved {
  slots: number
  cpuMillis: number
  memoryBytes: number
  gpus: number
  ending: Amounts
  slotsByWorkload: Map<string, number>
  /** Those of them that go elsewhere. */
  goingByWorkload: Map<string, number>
  /** Workloads that those here are kept apart from, and by how many of them. */
  apartFrom: Map<string, number>
  slotsByHostPort: SlotsByHostPort
  /** Of those that are ending. */
  endingByHostPort: SlotsByHostPort
  /** Slots here of workloads that are kept apart from themselves, once for each that holds one. */
  aloneHere: Slot[]
  /** Of those that are ending. */
  aloneEnding: Slot[]
}

const APART_FROM_NOBODY = { others: [], isAlone: false }

export function createLedger(
  nodes: readonly PlacementNode[],
  { whereData, ownerOf, failedThere }: LedgerFacts,
): Ledger {
  /** As its owner means them. */
  const meantIn = ({ name, placement }: Workload, rule: 'apart' | 'near'): string[] => {
    const owner = placement[rule].length > 0 ? ownerOf(name) : undefined
    return placement[rule].map((said) => (owner ? nameMeant(said, owner, ownerOf) : said))
  }

  /** Its own name among them keeps its copies apart: of a slot, old and new may stand side by side. */
  const apartFor = (workload: Workload): { others: string[]; isAlone: boolean } => {
    if (workload.placement.apart.length === 0) return APART_FROM_NOBODY
    const meant = meantIn(workload, 'apart')
    const others = meant.filter((other) => other !== workload.name)
    return { others, isAlone: others.length < meant.length }
  }

  const reservedOf = new Map<NodeId, Reserved>(nodes.map((node) => [node.id, nothing()]))
  const capacityOf = new Map(nodes.map(({ id, capacity }) => [id, capacity]))

  const taken = (by: SlotsByHostPort, slot: Slot, ports: readonly Port[]): boolean =>
    ports.some((port) => {
      if (port.hostPort === undefined) return false
      const slots = by.get(portKey(port))
      return slots !== undefined && slots.size > 0 && (slots.size > 1 || !slots.has(slot))
    })

  const dataElsewhere = (node: PlacementNode, slot: Slot, workload: Workload) => {
    const places = whereData(slot, workload)
    return places.length === 0 || places.includes(node.id) ? undefined : 'DATA_ELSEWHERE'
  }

  const failed = (node: PlacementNode, slot: Slot) =>
    failedThere(node.id, slot) ? 'FAILED_THERE' : undefined

  const full = (
    node: PlacementNode,
    slot: Slot,
    workload: Workload,
    more: { slots: number; cpuMillis: number; memoryBytes: number; gpus: number },
  ): PlacementRefusal | undefined => {
    const reserved = reservedOf.get(node.id) ?? nothing()
    const { others, isAlone } = apartFor(workload)
    if (holds(reserved, others) || reserved.apartFrom.has(workload.name)) return 'KEPT_APART'
    if (isAlone && hasOther(reserved.aloneHere, slot, workload)) return 'COPY_THERE'
    if (taken(reserved.slotsByHostPort, slot, portsOf(workload))) return 'HOST_PORT_TAKEN'
    if (reserved.slots + more.slots > NODE_SLOTS_MAX) return 'SLOTS_FULL'
    // Before what others may be told to give room for: they cannot give these.
    if (more.gpus > 0 && reserved.gpus + more.gpus > (node.capacity.gpus ?? 0)) return 'GPUS_TAKEN'
    if (reserved.cpuMillis + more.cpuMillis > node.capacity.cpuMillis) return 'CPU_FULL'
    if (reserved.memoryBytes + more.memoryBytes > node.capacity.memoryBytes) return 'MEMORY_FULL'
    return undefined
  }

  return {
    reserve(node, slot, workload) {
      const reserved = reservedOf.get(node)
      if (!reserved) return
      const { cpuMillis, memoryBytes } = amountsOf(workload, 'requests')
      reserved.slots += 1
      reserved.cpuMillis += cpuMillis
      reserved.memoryBytes += memoryBytes
      reserved.gpus += gpusOf(workload)
      count(reserved.slotsByWorkload, workload.name, 1)
      const { others, isAlone } = apartFor(workload)
      for (const name of others) count(reserved.apartFrom, name, 1)
      if (isAlone) reserved.aloneHere.push(slot)
      holdPorts(reserved.slotsByHostPort, slot, portsOf(workload))
    },
    release(node, slot, workload) {
      const reserved = reservedOf.get(node)
      if (!reserved) return
      const { cpuMillis, memoryBytes } = amountsOf(workload, 'requests')
      reserved.slots -= 1
      reserved.cpuMillis -= cpuMillis
      reserved.memoryBytes -= memoryBytes
      reserved.gpus -= gpusOf(workload)
      count(reserved.slotsByWorkload, workload.name, -1)
      const { others, isAlone } = apartFor(workload)
      for (const name of others) count(reserved.apartFrom, name, -1)
      if (isAlone) takeOne(reserved.aloneHere, slot)
      for (const port of portsOf(workload)) {
        if (port.hostPort !== undefined) reserved.slotsByHostPort.get(portKey(port))?.delete(slot)
      }
    },
    missing({ id, capacity }, workload) {
      const reserved = reservedOf.get(id) ?? nothing()
      const { cpuMillis, memoryBytes } = amountsOf(workload, 'requests')
      return {
        cpuMillis: Math.max(0, reserved.cpuMillis + cpuMillis - capacity.cpuMillis),
        memoryBytes: Math.max(0, reserved.memoryBytes + memoryBytes - capacity.memoryBytes),
      }
    },
    ends(node, slot, workload) {
      const reserved = reservedOf.get(node)
      if (!reserved) return
      const { cpuMillis, memoryBytes } = amountsOf(workload, 'requests')
      reserved.ending.cpuMillis += cpuMillis
      reserved.ending.memoryBytes += memoryBytes
      holdPorts(reserved.endingByHostPort, slot, portsOf(workload))
      if (apartFor(workload).isAlone) reserved.aloneEnding.push(slot)
    },
    fitsBesideEnding(node, slot, workload) {
      const reserved = reservedOf.get(node) ?? nothing()
      const { cpuMillis, memoryBytes, ending } = reserved
      // What ends of the slot itself is waited for by its successor.
      if (taken(reserved.endingByHostPort, slot, portsOf(workload))) return false
      if (hasOther(reserved.aloneEnding, slot, workload)) return false
      const capacity = capacityOf.get(node)
      if (!capacity || ending.cpuMillis + ending.memoryBytes === 0) return true
      return (
        cpuMillis + ending.cpuMillis <= capacity.cpuMillis &&
        memoryBytes + ending.memoryBytes <= capacity.memoryBytes
      )
    },
    lets(node, workload) {
      const going = reservedOf.get(node)?.goingByWorkload
      if (going) count(going, workload, 1)
    },
    keeps(node, workload) {
      const going = reservedOf.get(node)?.goingByWorkload
      if (going) count(going, workload, -1)
    },
    count(node, workload) {
      const reserved = reservedOf.get(node)
      const slots = reserved?.slotsByWorkload.get(workload) ?? 0
      return slots - (reserved?.goingByWorkload.get(workload) ?? 0)
    },
    isNear: (node, workload) => holds(reservedOf.get(node), meantIn(workload, 'near')),
    refusal: (node, slot, workload) =>
      standingRefusal(node, workload, ownerOf(workload.name)) ??
      dataElsewhere(node, slot, workload) ??
      failed(node, slot) ??
      full(node, slot, workload, {
        ...amountsOf(workload, 'requests'),
        slots: 1,
        gpus: gpusOf(workload),
      }),
    refusalInPlace(node, slot, workload) {
      // What has its data there is renewed there or nowhere, and is no new work to a cordoned node.
      const isAtItsData = whereData(slot, workload).includes(node.id)
      return (
        standingRefusal(
          isAtItsData ? { ...node, cordoned: false } : node,
          workload,
          ownerOf(workload.name),
        ) ??
        failed(node, slot) ??
        full(node, slot, workload, { slots: 0, cpuMillis: 0, memoryBytes: 0, gpus: 0 })
      )
    },
  }
}

/** What speaks against a node whatever runs there. */
export function standingRefusal(
  node: PlacementNode,
  workload: Workload,
  owner: OwnerId | undefined,
): PlacementRefusal | undefined {
  if (node.asleep) return 'ASLEEP'
  if (node.left) return 'NODE_LEFT'
  if (!node.live) return 'NODE_LOST'
  if (node.cordoned || node.draining) return 'CORDONED'
  if (!node.kinds.includes(workload.kind)) return 'KIND_NOT_OFFERED'
  const isStranger = owner !== undefined && owner !== node.owner
  if (isStranger && node.strangers?.includes(workload.kind) === false) return 'STRANGERS_REFUSED'
  if (gpusOf(workload) > (node.capacity.gpus ?? 0)) return 'GPUS_TAKEN'
  for (const [key, value] of Object.entries(workload.nodeSelector)) {
    if (node.labels[key] !== value) return 'LABELS_DO_NOT_MATCH'
  }
  return undefined
}

function nothing(): Reserved {
  return {
    slots: 0,
    cpuMillis: 0,
    memoryBytes: 0,
    gpus: 0,
    ending: { cpuMillis: 0, memoryBytes: 0 },
    slotsByWorkload: new Map(),
    goingByWorkload: new Map(),
    apartFrom: new Map(),
    slotsByHostPort: new Map(),
    endingByHostPort: new Map(),
    aloneHere: [],
    aloneEnding: [],
  }
}

/** Nothing rather than 0, so that what was taken back leaves no trace. */
function count(counts: Map<string, number>, name: string, more: number): void {
  const now = (counts.get(name) ?? 0) + more
  if (now > 0) counts.set(name, now)
  else counts.delete(name)
}

function holds(reserved: Reserved | undefined, workloads: readonly string[]): boolean {
  return workloads.some((name) => (reserved?.slotsByWorkload.get(name) ?? 0) > 0)
}

/** Whether another slot of the workload is among them. */
function hasOther(slots: readonly Slot[], slot: Slot, { name }: Workload): boolean {
  return slots.some((one) => one !== slot && one.startsWith(`${name}/`))
}

function takeOne(slots: Slot[], slot: Slot): void {
  const at = slots.lastIndexOf(slot)
  if (at >= 0) slots.splice(at, 1)
}

function holdPorts(by: SlotsByHostPort, slot: Slot, ports: readonly Port[]): void {
  for (const port of ports) {
    if (port.hostPort === undefined) continue
    by.set(portKey(port), (by.get(portKey(port)) ?? new Set()).add(slot))
  }
}

function portKey(port: Port): string {
  return `${port.hostPort}/${port.protocol}`
}
