/** An engine that does as the test says, and machines and networks around it. */
import { createSimClock, type SimClock } from '../../../base/clock/index.ts'
import { createSilentLogger } from '../../../base/log/index.ts'
import { createSimNetwork, type NodeId, type SimNetwork } from '../../../base/net/index.ts'
import { createSeededRandom } from '../../../base/random/index.ts'
import type {
  CommittedEntry,
  Engine,
  LogIndex,
  ProposalId,
  ReadId,
  Ready,
  StateSnapshot,
  Verdict,
} from '../index.ts'
import type { StateMachine } from './index.ts'

export const nodeNamed = (name: string): NodeId => name.repeat(64).slice(0, 64) as NodeId
export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
export const text = (content: Uint8Array): string => Buffer.from(content).toString()
export const at = (index: number): LogIndex => index as LogIndex
export const entry = (index: number, payload: string): CommittedEntry => ({
  index: at(index),
  payload: bytes(payload),
})

/** Turns for everybody, without moving time. */
export async function turns(count = 200): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

export interface ScriptedEngine extends Engine {
  /** What `ready` will return, one after the other. */
  script(...readies: Partial<Ready>[]): void
  /** What was called, in order. */
  readonly calls: string[]
  readonly proposed: ProposalId[]
  readonly asked: ReadId[]
  verdict: Verdict
  /** Thrown by the next call of the name. */
  throwIn: string | undefined
}

const NOTHING: Ready = {
  messagesNow: [],
  records: [],
  mustSync: true,
  messages: [],
  snapshot: undefined,
  committed: [],
  reads: [],
  fates: [],
}

export function createScriptedEngine(self: NodeId): ScriptedEngine {
  const waiting: Ready[] = []
  const calls: string[] = []
  const proposed: ProposalId[] = []
  const asked: ReadId[] = []
  let outstanding = false
  const said = (call: string): void => {
    calls.push(call)
    if (engine.throwIn && call.startsWith(engine.throwIn)) throw new Error(`${call} failed`)
  }
  const engine: ScriptedEngine = {
    self,
    calls,
    proposed,
    asked,
    verdict: { verdict: 'accept' },
    throwIn: undefined,
    script: (...readies) => waiting.push(...readies.map((ready) => ({ ...NOTHING, ...ready }))),
    tick: () => said('tick'),
    step(_, message) {
      said(`step ${text(message)}`)
      return engine.verdict
    },
    propose(id, payload) {
      said(`propose ${text(payload)}`)
      proposed.push(id)
    },
    read(id) {
      said('read')
      asked.push(id)
    },
    changeMembers(id) {
      said('changeMembers')
      proposed.push(id)
    },
    transferLeader: () => said('transferLeader'),
    reportUnreachable: (peer) => said(`unreachable ${peer.slice(0, 1)}`),
    ready() {
      if (outstanding) throw new Error('The last Ready was not advanced.')
      const next = waiting.shift()
      if (next) {
        outstanding = true
        said('ready')
      }
      return next
    },
    advance() {
      outstanding = false
      said('advance')
    },
    compact(index, state) {
      if (outstanding) throw new Error('Compacted within a Ready.')
      said(`compact ${index} ${text(state)}`)
      return [bytes(`snapshot ${index}`)]
    },
    status: () => ({
      kind: 'raft',
      self,
      leader: undefined,
      term: 1,
      committed: at(0),
      last: at(0),
      members: { voters: [], learners: [] },
      progress: [],
      quorum: true,
    }),
  }
  return engine
}

export interface ListMachine extends StateMachine {
  readonly applied: string[]
  /** While it is set, calls wait for it. */
  held: Promise<void> | undefined
}

/** Its state is the list of what was applied. */
export function createListMachine(): ListMachine {
  const machine: ListMachine = {
    applied: [],
    held: undefined,
    async apply(entries) {
      await machine.held
      machine.applied.push(...entries.map(({ payload }) => text(payload)))
    },
    restore({ state }: StateSnapshot) {
      const restored: unknown = JSON.parse(text(state))
      machine.applied.splice(0, machine.applied.length, ...(restored as string[]))
    },
    snapshot: () => bytes(JSON.stringify(machine.applied)),
  }
  return machine
}

export interface SimWorld {
  clock: SimClock
  network: SimNetwork
  /** Moves time on in small steps, giving everybody turns. */
  advance(ms: number): Promise<void>
}

export function createSimWorld(seed = 1): SimWorld {
  const clock = createSimClock()
  const network = createSimNetwork({ clock, random: createSeededRandom(seed) })
  return {
    clock,
    network,
    async advance(ms) {
      for (let passed = 0; passed < ms; passed += 5) {
        clock.advance(5)
        await turns(60)
      }
    },
  }
}

export const silent = createSilentLogger()
