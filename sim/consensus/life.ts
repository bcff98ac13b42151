/** One process from its start to its death: an engine, the store it feeds, and who waits for what. */
import type { NodeId } from '../../node-core/base/net/index.ts'
import { createSeededRandom } from '../../node-core/base/random/index.ts'
import type {
  Checkpoint,
  Engine,
  Members,
  ProposalId,
  ReadId,
} from '../../node-core/control/consensus/index.ts'
import { createDoors } from './life-doors.ts'
import type { Machine, MachineDeps } from './machine.ts'
import { createRunner, type Runner } from './runner.ts'
import { type Command, createStore, encodeCommand, type Store } from './store.ts'
import { type CommandAnswer, createWaiters, type ReadAnswer, type Waiters } from './waiters.ts'

export interface Life {
  /** The machine's name and the number of this life: proposals and reads are unique in it. */
  readonly name: string
  readonly engine: Engine
  readonly store: Store
  readonly runner: Runner
  step(from: NodeId, message: Uint8Array): void
  propose(command: Omit<Command, 'proposal'>, answer: (answer: CommandAnswer) => void): void
  read(key: string, answer: (answer: ReadAnswer) => void): void
  changeMembers(members: Members): void
  transferLeader(to: NodeId): void
  reportUnreachable(peer: NodeId): void
  /** At a moment of its own, where the engine allows it. */
  compact(): void
  end(): void
}

export function createLife(machine: Machine, number: number, deps: MachineDeps): Life {
  const { events, random, invariants } = deps
  const name = `${machine.name}.${number}`
  const store = createStore()
  const waiters = createWaiters(store)
  const engine = createEngine(machine, deps)
  let ended = false
  let reached: Checkpoint | undefined

  const runner = createRunner({
    engine,
    doors: {
      ...createDoors(machine, name, { store, waiters, ...deps }),
      reach(checkpoint) {
        reached = checkpoint
      },
    },
    waitForDisk: (done) => whenAwake(random.int(machine.syncMsMax + 1), done),
    die(how, why) {
      deps.count(`died:${why}`)
      machine.die(how)
    },
    onDone() {
      waiters.look()
      compactIfDue()
    },
    onRest: () => invariants.sawStatus(name, engine.status()),
  })

  function compactIfDue(): void {
    const at = reached
    reached = undefined
    if (at !== undefined) compact(machine, deps, { engine, runner, store, at })
  }

  /** After that time or when the machine wakes up, if this life lasts. */
  function whenAwake(ms: number, run: () => void): void {
    events.at(events.nowMs() + ms, () => machine.whenAwake(() => ended || run()))
  }

  function tick(): void {
    engine.tick()
    runner.run()
    whenAwake(deps.tickMs, tick)
  }
  whenAwake(0, runner.run)
  whenAwake(random.int(deps.tickMs), tick)

  return {
    name,
    engine,
    store,
    runner,
    ...createInputs(name, { engine, runner, waiters, ...deps }),
    compact() {
      const own = engine.compacts === 'anywhere'
      if (own && compact(machine, deps, { engine, runner, store })) runner.run()
    },
    end() {
      ended = true
      runner.end()
      invariants.died(name)
      waiters.abandon()
    },
  }
}

function createEngine(machine: Machine, deps: MachineDeps): Engine {
  const { founding, random, kind, invariants, liar } = deps
  const records = machine.log.read()
  invariants.sawStart(machine.name, records)
  const setup = {
    self: machine.id,
    genesis: founding.members,
    founding: founding.members.voters.includes(machine.id) ? founding : undefined,
    random: createSeededRandom(random.int(2 ** 31)),
  }
  return liar ? liar.create(setup, records) : kind.create(setup, records)
}

interface InputsDeps extends MachineDeps {
  engine: Engine
  runner: Runner
  waiters: Waiters
}

/** What is handed to the engine; what comes of it is carried out at once. */
function createInputs(
  name: string,
  { engine, runner, waiters, invariants, isHonest }: InputsDeps,
): Omit<Life, 'name' | 'engine' | 'store' | 'runner' | 'compact' | 'end'> {
  let asked = 0
  const nextId = (): string => `${name}/${asked++}`
  function doing<T extends unknown[]>(act: (...given: T) => void): (...given: T) => void {
    return (...given) => {
      act(...given)
      runner.run()
    }
  }
  return {
    step: doing((from, message) => {
      const verdict = engine.step(from, message)
      invariants.sawStep(name, { engine, message, verdict, fromHonest: isHonest(from) })
    }),
    propose: doing((command, answer) => {
      const proposal = nextId() as ProposalId
      waiters.command(proposal, command.id, answer)
      invariants.proposed(name, proposal)
      engine.propose(proposal, encodeCommand({ ...command, proposal }))
    }),
    read: doing((key, answer) => {
      const read = nextId() as ReadId
      waiters.read(read, key, answer)
      invariants.askedRead(name, read)
      engine.read(read)
    }),
    changeMembers: doing((members) => {
      const proposal = nextId() as ProposalId
      invariants.proposed(name, proposal)
      engine.changeMembers(proposal, members)
    }),
    transferLeader: doing((to) => engine.transferLeader(to)),
    reportUnreachable: doing((peer) => engine.reportUnreachable(peer)),
  }
}

function compact(
  machine: Machine,
  { count }: MachineDeps,
  { engine, runner, store, at }: Pick<Life, 'engine' | 'runner' | 'store'> & { at?: Checkpoint },
): boolean {
  // Between two Readys, so that the disk holds what the engine believes it does.
  if (runner.busy() || (at === undefined && store.applied === 0)) return false
  const kept = engine.compact(store.applied, store.save(), at)
  if (!kept) {
    count('compaction:overtaken')
    return false
  }
  if (machine.log.rewrite(kept) === 'full') {
    count('died:diskFull')
    machine.die('kill')
    return false
  }
  count('compacted')
  return true
}
