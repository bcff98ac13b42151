/** An engine that does as the test says, and machines and networks around it. */
import { createSimClock, type SimClock } from '../../../base/clock/index.ts'
import { createSimDisk, type SimDisk } from '../../../base/disk/index.ts'
import { createSilentLogger, type Logger } from '../../../base/log/index.ts'
import {
  createSimNetwork,
  type Net,
  type NodeId,
  type SimNetwork,
} from '../../../base/net/index.ts'
import { createSeededRandom } from '../../../base/random/index.ts'
import { createRecordLog, type RecordLog } from '../../log/index.ts'
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
import { type ConsensusOptions, createConsensus, type StateMachine } from './index.ts'

export const silent = createSilentLogger()
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
  /** Set by the test: what is scripted next stays behind for as long as it may. */
  waitsForOthers: boolean
  stateBytesMax: number
  /** What it was told last of how much time has passed, by ticks and by `ready`. */
  readonly told: { tick?: number | undefined; ready?: number | undefined }
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

function createScriptedEngine(self: NodeId): ScriptedEngine {
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
    compacts: 'anywhere',
    stateBytesMax: 1_000,
    waitsForOthers: false,
    told: {},
    calls,
    proposed,
    asked,
    verdict: { verdict: 'accept' },
    throwIn: undefined,
    script: (...readies) => waiting.push(...readies.map((ready) => ({ ...NOTHING, ...ready }))),
    tick(elapsedTicks) {
      engine.told.tick = elapsedTicks
      said('tick')
    },
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
    reportDown: (peer) => said(`down ${peer.slice(0, 1)}`),
    campaign: () => said('campaign'),
    ready({ mayWait = false, elapsedTicks } = {}) {
      engine.told.ready = elapsedTicks
      if (outstanding) throw new Error('The last Ready was not advanced.')
      engine.waitsForOthers &&= mayWait
      if (engine.waitsForOthers) return undefined
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

export const SELF = nodeNamed('a')
export const PEER = nodeNamed('b')

/** One driver, whose engine the test scripts; `engine.calls` shows the log's steps as well. */
type SetUpOptions = ConsensusOptions & {
  disk?: SimDisk
  hears?: (peer: NodeId) => boolean
  logger?: Logger
}

export function setUp(options: SetUpOptions = {}) {
  const disk = options.disk ?? createSimDisk()
  const world = createSimWorld()
  const engine = createScriptedEngine(SELF)
  const machine = createListMachine()
  const log = createRecordLog({ disk, random: createSeededRandom(1), logger: silent })
  /** While `held` is set, the disk takes its time. */
  const slow: { held?: Promise<void> } = {}
  let records: string[] = []
  const consensus = createConsensus(
    {
      ...{ net: world.network.node(SELF), clock: world.clock, machine },
      logger: options.logger ?? silent,
      hears: options.hears ?? (() => true),
      log: traced(log, engine.calls, slow),
      createEngine: (found) => {
        records = found.map(text)
        return engine
      },
    },
    options,
  )
  return { disk, slow, world, engine, machine, consensus, recordsAtStart: () => records }
}

/** Puts what the log does between the calls of the engine. */
function traced(log: RecordLog, calls: string[], slow: { held?: Promise<void> }): RecordLog {
  return {
    open: () => log.open(),
    async append(records, options) {
      calls.push(`append ${records.map(text)}`)
      await slow.held
      await log.append(records, options)
      calls.push('appended')
    },
    rewrite: (records) => log.rewrite(records),
    close: () => log.close(),
    get sizeBytes() {
      return log.sizeBytes
    },
  }
}

/** What B hears on the wire, as it happens. */
export function listen(net: Net, calls: string[]): void {
  net.onStream('consensus/1', (stream) => {
    void (async () => {
      for await (const part of stream) calls.push(`heard ${text(part.subarray(4))}`)
    })().catch(() => {})
  })
}
