/** Machines, links and clients of one network, in one process, on one simulated clock. */
import { createHash } from 'node:crypto'
import { assert } from '../../node-core/base/errors/index.ts'
import type { NodeId } from '../../node-core/base/net/index.ts'
import { createSeededRandom, type Random } from '../../node-core/base/random/index.ts'
import type { LogIndex, Members } from '../../node-core/control/consensus/index.ts'
import { type Clients, createClients } from './clients.ts'
import { createDigest } from './digest.ts'
import type { EngineKind } from './engine-kind.ts'
import { createEvents, type Events } from './events.ts'
import { createInvariants, type Invariants, silenced } from './invariants.ts'
import { createLinks, type Links } from './links.ts'
import { createMachine, type Machine, type MachineDeps } from './machine.ts'
import { createStore } from './store.ts'

export interface World {
  readonly kind: EngineKind
  readonly random: Random
  readonly events: Events
  readonly links: Links
  /** Those that vote from the start, then those that may be asked in. */
  readonly machines: readonly Machine[]
  readonly clients: Clients
  readonly invariants: Invariants
  readonly counts: Record<string, number>
  count(what: string): void
  machine(id: NodeId): Machine
  advance(ms: number): void
  /** Over every message that was sent, by whom and when. */
  trace(): string
}

export interface WorldOptions {
  seed: number
  kind: EngineKind
  /** How many vote from the start. */
  voters: number
  /** How many machines stand by. */
  spare: number
  /** Which machines lie, and how. */
  liars?: ReadonlyMap<number, string>
}

/** What the driver's ticks are, give or take a clock's drift. Milliseconds. */
const TICK_MS = 100
const DRIFT = 0.2
/**
 * Several times what the worst of seeds needs: answers that beget answers grow without end. Everybody may
 * speak to everybody, so more machines may send more by the square; fewer as many as ten.
 */
const messagesMax = (machines: number): number => 600 * Math.max(10, machines) ** 2

export function createWorld(options: WorldOptions): World {
  const { seed, kind, voters, spare, liars = new Map<number, string>() } = options
  const random = createSeededRandom(seed)
  const events = createEvents()
  const trace = createDigest()
  const counts: Record<string, number> = {}
  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  const ids = Array.from({ length: voters + spare }, (_, n) => (kind.idOf ?? idOf)(n))
  const genesis: Members = { voters: ids.slice(0, voters), learners: [] }
  const founding = { members: genesis, state: stateAt(kind.foundedAt) }
  const invariants = createInvariants({ ...kind, founding })
  const links = createLinks({
    events,
    random,
    deliver: (from, to, message) => machines[to]?.receive(ids[from]!, message),
  })
  const numbers = new Map(ids.map((id, n) => [id, n]))

  const sentMax = messagesMax(ids.length)
  let sent = 0
  function send(from: Machine, to: NodeId, message: Uint8Array): void {
    trace.number(events.nowMs()).number(from.number).bytes(message)
    if (from.honest) invariants.sawMessage(from.name, message)
    sent += 1
    if (sent > sentMax) invariants.failures.push(`${from.name} sends in a storm`)
    const target = numbers.get(to)
    assert(target !== undefined, `${from.name} sends to a machine that is none.`)
    if (links.send(from.number, target, message) === 'sent') return
    const { life } = from
    events.at(events.nowMs() + 1, () => from.life === life && life?.reportUnreachable(to))
  }

  const lying = new Set([...liars.keys()].flatMap((n) => ids[n] ?? []))
  const isHonest = (id: NodeId): boolean => !lying.has(id)
  function liarAt(n: number): MachineDeps['liar'] {
    const way = liars.get(n) ?? ''
    const lie = kind.liars?.[way]
    const peers = ids.filter((id) => id !== ids[n])
    return lie && { way, create: (setup, records) => lie(setup, { records, peers, liars: lying }) }
  }

  const machines: Machine[] = ids.map((id, n) => {
    const drift = 1 + (random.float() * 2 - 1) * DRIFT
    const tickMs = Math.round(TICK_MS * drift)
    const shared = { kind, founding, events, random, tickMs, send, count, isHonest }
    const liar = liarAt(n)
    const seen = liar ? silenced(invariants) : invariants
    return createMachine(n, id, { ...shared, liar, invariants: seen })
  })

  return {
    kind,
    random,
    events,
    links,
    machines,
    clients: createClients({ events, random, machines: machines.filter(({ honest }) => honest) }),
    invariants,
    counts,
    count,
    machine: (id) => machines[numbers.get(id)!]!,
    advance(ms) {
      const untilMs = events.nowMs() + ms
      while (invariants.failures.length === 0 && events.runNext(untilMs));
    },
    trace: () => trace.number(events.nowMs()).hex(),
  }
}

/** The store before anybody has written to it, at the index that the engine gives it. */
function stateAt(index: number): Uint8Array {
  const store = createStore()
  for (let at = 1; at <= index; at++) store.apply(at as LogIndex, new Uint8Array())
  return store.save()
}

const idOf = (number: number): NodeId =>
  createHash('sha256').update(`machine ${number}`).digest('hex') as NodeId
