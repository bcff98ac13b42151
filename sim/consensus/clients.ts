/** People at the doors: each asks one thing at a time, asks again elsewhere, and gives up at last. */
import { pick, type Random } from '../../node-core/base/random/index.ts'
import type { Operation, Value } from '../linearizability/index.ts'
import type { Events } from './events.ts'
import type { Machine } from './machine.ts'

export interface Clients {
  readonly counts: Record<string, number>
  start(): void
  /** No new questions. */
  stop(): void
  /** Nobody waits for an answer, or is about to ask again. */
  atRest(): boolean
  /** What each asked, and what it heard. */
  history(): Operation[]
}

export interface ClientsDeps {
  events: Events
  random: Random
  machines: readonly Machine[]
}

const CLIENTS = 3
const KEYS = ['x', 'y', 'z']
const ATTEMPTS_MAX = 4
const PATIENCE_MS = 2_000
const THINK_MS_MAX = 900
const AGAIN_MS = 150

type Asked = Operation & { kind: 'put' | 'cas' }
type Read = Operation & { kind: 'read' }

/** What all clients share. */
interface Crowd extends ClientsDeps {
  readonly counts: Record<string, number>
  readonly history: Set<Operation>
  open: boolean
  asked: number
  /** Operations that are neither answered nor given up. */
  underWay: number
  /** Orders calls and answers finer than simulated time does. */
  moment: number
}

export function createClients(deps: ClientsDeps): Clients {
  const begun = { open: true, asked: 0, underWay: 0, moment: 0 }
  const crowd: Crowd = { ...deps, ...begun, counts: {}, history: new Set() }
  return {
    counts: crowd.counts,
    start() {
      for (let client = 0; client < CLIENTS; client++) think(crowd, 'abc'.charAt(client), new Map())
    },
    stop() {
      crowd.open = false
    },
    atRest: () => crowd.underWay === 0,
    history: () => [...crowd.history],
  }
}

/** Asks something, some time from now, and so on. `lastSeen`: what it read, by key. */
function think(crowd: Crowd, client: string, lastSeen: Map<string, Value>): void {
  const { random, history } = crowd
  later(crowd, random.int(THINK_MS_MAX), () => {
    if (!crowd.open) return
    const operation = nextOperation(crowd, client, lastSeen)
    const done = (): void => {
      crowd.underWay -= 1
      think(crowd, client, lastSeen)
    }
    crowd.underWay += 1
    history.add(operation)
    if (operation.kind === 'read') read(crowd, operation, { left: ATTEMPTS_MAX, lastSeen, done })
    else write(crowd, operation, { left: ATTEMPTS_MAX, refusedOnly: true, done })
  })
}

function nextOperation(crowd: Crowd, client: string, lastSeen: Map<string, Value>): Operation {
  const key = pick(crowd.random, KEYS) as string
  const span = { client, key, calledAt: crowd.moment++, answeredAt: undefined }
  const kind = crowd.random.int(5)
  if (kind < 2) return { ...span, kind: 'read', value: undefined }
  const value = `${client}${crowd.asked++}`
  // What it saw last: often right, so that swaps race.
  const expected = lastSeen.get(key)
  if (kind === 4) return { ...span, kind: 'cas', expected, value, swapped: undefined }
  return { ...span, kind: 'put', value }
}

function write(
  crowd: Crowd,
  operation: Asked,
  { left, refusedOnly, done }: { left: number; refusedOnly: boolean; done: () => void },
): void {
  const again = (refused: boolean) => {
    const next = { left: left - 1, refusedOnly: refusedOnly && refused, done }
    if (next.left > 0) {
      later(crowd, AGAIN_MS, () => write(crowd, operation, next))
      return
    }
    count(crowd, next.refusedOnly ? 'refused' : 'gaveUp')
    // Refused everywhere it was asked: it has no part in what happened.
    if (next.refusedOnly) crowd.history.delete(operation)
    done()
  }
  const life = someLife(crowd)
  if (!life) {
    again(true)
    return
  }
  const { key, value } = operation
  // The same id in every attempt, as the contract asks of who proposes again.
  const command = { id: value, key, value }
  const swap = operation.kind === 'cas' ? { expected: operation.expected ?? null } : {}
  const attempt = (heard: () => boolean): void =>
    life.propose({ ...command, ...swap }, (answer) => {
      if (!heard()) return
      if (answer === 'refused') return again(true)
      if (answer === 'gone') return again(false)
      operation.answeredAt = crowd.moment++
      if (operation.kind === 'cas') operation.swapped = answer.result
      count(crowd, operation.kind === 'put' ? 'put' : answer.result ? 'swapped' : 'notSwapped')
      done()
    })
  patiently(crowd, attempt, () => again(false))
}

function read(
  crowd: Crowd,
  operation: Read,
  { left, lastSeen, done }: { left: number; lastSeen: Map<string, Value>; done: () => void },
): void {
  const again = () => {
    const next = { left: left - 1, lastSeen, done }
    if (next.left > 0) {
      later(crowd, AGAIN_MS, () => read(crowd, operation, next))
      return
    }
    count(crowd, 'readLost')
    done()
  }
  const life = someLife(crowd)
  if (!life) {
    again()
    return
  }
  const attempt = (heard: () => boolean): void =>
    life.read(operation.key, (answer) => {
      if (!heard()) return
      if (answer === 'lost' || answer === 'gone') return again()
      operation.answeredAt = crowd.moment++
      operation.value = answer.value
      lastSeen.set(operation.key, answer.value)
      count(crowd, 'read')
      done()
    })
  patiently(crowd, attempt, again)
}

/** Runs the first of its two callbacks only, or `late` when nobody has. */
function patiently(crowd: Crowd, attempt: (heard: () => boolean) => void, late: () => void): void {
  let over = false
  const heard = (): boolean => {
    if (over) return false
    over = true
    return true
  }
  later(crowd, PATIENCE_MS, () => heard() && late())
  attempt(heard)
}

function someLife({ random, machines }: Crowd): Machine['life'] {
  const running = machines.filter(({ life }) => life !== undefined)
  return pick(random, running)?.life
}

function later({ events }: Crowd, ms: number, run: () => void): void {
  events.at(events.nowMs() + ms, run)
}

function count({ counts }: Crowd, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1
}
