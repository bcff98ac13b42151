/**
 * A cluster of engines driven by hand: every effect happens in the order of the contract, messages
 * wait in one queue, disks keep what was synced, and the rules that hold at every step are checked at
 * every step.
 */
import { expect } from 'vitest'
import { decode, encode } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type {
  CommittedEntry,
  Engine,
  Fate,
  LogIndex,
  Members,
  ProposalId,
  ReadId,
  Ready,
} from './index.ts'

export interface Founding {
  members: Members
  state: Uint8Array
}
/** `seed` differs for every life of every node; `founding` is undefined for who joins later. */
export type MakeEngine = (
  self: NodeId,
  founding: Founding | undefined,
  records: readonly Uint8Array[],
  seed: number,
) => Engine

export interface Member {
  readonly id: NodeId
  readonly founding: Founding | undefined
  engine: Engine
  isUp: boolean
  /** What a crash leaves, and what it may take. */
  synced: Uint8Array[]
  unsynced: Uint8Array[]
  /** The state machine: the payloads, in order. */
  state: string[]
  applied: number
  members: Members | undefined
  snapshots: number
  fates: Map<ProposalId, Fate>
  reads: Map<ReadId, { index: LogIndex | undefined; applied: number }>
}

/** How often each happens to a message, or, for `crashInside`, to a node between two effects. */
export interface Faults {
  random: Random
  loss: number
  double: number
  late: number
  crashInside: number
}

interface InFlight {
  from: NodeId
  to: NodeId
  message: Uint8Array
}

export const nodeId = (digit: number): NodeId => String(digit).repeat(64) as NodeId

export class EngineCluster {
  readonly members: Member[] = []
  faults: Faults | undefined
  /** Between a node's last Ready and its next, where one may be. */
  beforeReady: (member: Member) => void = () => {}
  readonly #make: MakeEngine
  #seed: number
  #queue: InFlight[] = []
  /** On their way for another tick. */
  #late: InFlight[] = []
  #cutOff = new Set<NodeId>()
  #count = 0
  /** What stands at each index, whoever delivered it first. */
  #agreed = new Map<number, string>()

  constructor(make: MakeEngine, nodes: number, seed = 1) {
    this.#make = make
    this.#seed = seed
    const ids = Array.from({ length: nodes }, (_, at) => nodeId(at + 1))
    const founding = { members: { voters: ids, learners: [] }, state: stateOf(['founded']) }
    for (const id of ids) this.add(id, founding)
  }

  add(id: NodeId, founding?: Founding): Member {
    const engine = this.#make(id, founding, [], this.#seed++)
    const member: Member = {
      id,
      founding,
      engine,
      isUp: true,
      synced: [],
      unsynced: [],
      state: [],
      applied: 0,
      members: founding?.members,
      snapshots: 0,
      fates: new Map(),
      reads: new Map(),
    }
    this.members.push(member)
    return member
  }

  get up(): Member[] {
    return this.members.filter(({ isUp }) => isUp)
  }

  /** Whoever the others hold to lead, or anybody. */
  lead(): Member {
    const led = this.up.find(({ id, engine }) => engine.status().leader === id) ?? this.up[0]
    if (led === undefined) throw new Error('Nobody is up.')
    return led
  }

  cutOff(member: Member): void {
    this.#cutOff.add(member.id)
  }

  heal(): void {
    this.#cutOff.clear()
  }

  /** The node is gone between two effects; what was not synced is lost. */
  crash(member: Member): void {
    member.isUp = false
    member.unsynced = []
    this.#queue = this.#queue.filter(({ to }) => to !== member.id)
  }

  restart(member: Member): void {
    member.engine = this.#make(member.id, member.founding, member.synced, this.#seed++)
    member.isUp = true
    member.state = []
    member.applied = 0
    member.fates = new Map()
    member.reads = new Map()
  }

  /** False where the engine has no use for the state. */
  compact(member: Member): boolean {
    const records = member.engine.compact(member.applied as LogIndex, stateOf(member.state))
    if (!records) return false
    member.synced = [...records]
    member.unsynced = []
    return true
  }

  propose(member: Member, payload: string): ProposalId {
    const id = `proposal ${this.#count++}` as ProposalId
    member.engine.propose(id, new TextEncoder().encode(payload))
    return id
  }

  read(member: Member): ReadId {
    const id = `read ${this.#count++}` as ReadId
    member.engine.read(id)
    return id
  }

  changeMembers(member: Member, members: Members): ProposalId {
    const id = `change ${this.#count++}` as ProposalId
    member.engine.changeMembers(id, members)
    return id
  }

  /** Time passes until `condition` holds; fails after `ticksMax`. */
  until(what: string, condition: () => boolean, ticksMax = 600): void {
    for (let ticks = 0; ticks < ticksMax; ticks++) {
      if (condition()) return
      this.step()
    }
    throw new Error(`Not within ${ticksMax} ticks: ${what}`)
  }

  pass(ticks: number): void {
    for (let at = 0; at < ticks; at++) this.step()
  }

  /** One tick everywhere, and everything that follows from it. */
  step(): void {
    this.#queue.push(...this.#late)
    this.#late = []
    for (const { engine } of this.up) engine.tick()
    for (let rounds = 0; this.#work(); rounds++) expect(rounds).toBeLessThan(1_000)
  }

  /** Proposes until it is in the log: again where it was refused, or went out and was not heard of. */
  commit(payload: string): void {
    let proposer = this.lead()
    let id = this.propose(proposer, payload)
    let patience = 0
    this.until(`${payload} is committed`, () => {
      if (this.up.some(({ state }) => state.includes(payload))) return true
      const fate = proposer.fates.get(id)
      patience++
      if (fate?.outcome === 'refused' || (fate?.outcome === 'unknown' && patience > 20)) {
        proposer = this.lead()
        id = this.propose(proposer, payload)
        patience = 0
      }
      return false
    })
  }

  /** Until everybody who is up has applied the same. */
  agree(ticksMax = 600): void {
    const text = (member: Member): string => JSON.stringify(member.state)
    this.until(
      'all agree',
      () => {
        const most = Math.max(...this.up.map(({ engine }) => engine.status().committed))
        return this.up.every(
          (member) => member.applied === most && text(member) === text(this.lead()),
        )
      },
      ticksMax,
    )
  }

  #work(): boolean {
    let worked = false
    for (const member of this.up) {
      this.beforeReady(member)
      const ready = member.engine.ready()
      if (ready === undefined) continue
      this.#handle(member, ready)
      worked = true
    }
    const arriving = this.#queue
    this.#queue = []
    for (const inFlight of arriving) {
      const { from, to, message } = inFlight
      const member = this.members.find(({ id }) => id === to)
      if (!member?.isUp || this.#cutOff.has(from) || this.#cutOff.has(to)) continue
      if (this.#happens('loss')) continue
      if (this.#happens('double')) this.#late.push(inFlight)
      if (this.#happens('late')) {
        this.#late.push(inFlight)
        continue
      }
      const { verdict } = member.engine.step(from, message)
      expect(verdict, 'an honest message').not.toBe('reject')
      worked = true
    }
    return worked
  }

  #happens(fault: 'loss' | 'double' | 'late' | 'crashInside'): boolean {
    return this.faults !== undefined && this.faults.random.float() < this.faults[fault]
  }

  /** Whether the node is gone at this place, between two effects. */
  #crashes(member: Member): boolean {
    if (!this.#happens('crashInside')) return false
    this.crash(member)
    return true
  }

  #handle(member: Member, ready: Ready): void {
    const send = ({ to, message }: Ready['messages'][number]): void => {
      expect(to).not.toBe(member.id)
      this.#queue.push({ from: member.id, to, message })
    }
    ready.messagesNow.forEach(send)
    if (this.#crashes(member)) return
    member.unsynced.push(...ready.records)
    if (ready.mustSync) {
      member.synced.push(...member.unsynced)
      member.unsynced = []
    }
    if (this.#crashes(member)) return
    ready.messages.forEach(send)
    if (this.#crashes(member)) return
    if (ready.snapshot) {
      member.snapshots++
      member.state = textsOf(ready.snapshot.state)
      member.applied = ready.snapshot.index
      member.members = ready.snapshot.members
    }
    for (const entry of ready.committed) this.#apply(member, entry)
    for (const { id, index } of ready.reads) {
      expect(member.reads.has(id), `${id} is answered twice`).toBe(false)
      member.reads.set(id, { index, applied: member.applied })
    }
    for (const fate of ready.fates) {
      expect(member.fates.has(fate.id), `${fate.id} meets its fate twice`).toBe(false)
      member.fates.set(fate.id, fate)
    }
    member.engine.advance()
  }

  #apply(member: Member, { index, payload, members }: CommittedEntry): void {
    expect(index, 'the next index').toBe(member.applied + 1)
    const text = new TextDecoder().decode(payload)
    const said = JSON.stringify([text, members ?? null])
    const agreed = this.#agreed.get(index)
    expect(said, `what stands at ${index}`).toBe(agreed ?? said)
    this.#agreed.set(index, said)
    member.applied = index
    // As the registry does: what is proposed again is applied once.
    if (text !== '' && !member.state.includes(text)) member.state.push(text)
    if (members) member.members = members
  }
}

export function stateOf(texts: readonly string[]): Uint8Array {
  return encode(texts)
}

function textsOf(state: Uint8Array): string[] {
  return (decode(state) as unknown[]).map(String)
}
