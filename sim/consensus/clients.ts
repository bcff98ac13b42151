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

export function createClients({ events, random, machines }: ClientsDeps): Clients {
  const counts: Record<string, number> = {}
  const history = new Set<Operation>()
  /** Orders calls and answers finer than simulated time does. */
  let moment = 0
  let asked = 0
  let open = true
  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  const running = (): Machine | undefined =>
    pick(
      random,
      machines.filter(({ life }) => life !== undefined),
    )
  const later = (ms: number, run: () => void): void => events.at(events.nowMs() + ms, run)

  /** Runs the first of its two callbacks only, or `late` when nobody has. */
  function patiently(attempt: (heard: () => boolean) => void, late: () => void): void {
    let over = false
    const heard = (): boolean => {
      if (over) return false
      over = true
      return true
    }
    later(PATIENCE_MS, () => heard() && late())
    attempt(heard)
  }

  function think(client: string, lastSeen: Map<string, Value>): void {
    later(random.int(THINK_MS_MAX), () => {
      if (!open) return
      const key = pick(random, KEYS) as string
      const span = { client, key, calledAt: moment++, answeredAt: undefined }
      const done = (): void => think(client, lastSeen)
      const kind = random.int(5)
      if (kind < 2) return ask({ ...span, kind: 'read', value: undefined })
      const value = `${client}${asked++}`
      // What it saw last: often right, so that swaps race.
      const expected = lastSeen.get(key)
      if (kind === 4) return ask({ ...span, kind: 'cas', expected, value, swapped: undefined })
      return ask({ ...span, kind: 'put', value })

      function ask(operation: Operation): void {
        history.add(operation)
        if (operation.kind === 'read') read(operation, ATTEMPTS_MAX, lastSeen, done)
        else write(operation, { left: ATTEMPTS_MAX, refusedOnly: true }, done)
      }
    })
  }

  function write(
    operation: Asked,
    attempts: { left: number; refusedOnly: boolean },
    done: () => void,
  ) {
    const life = running()?.life
    const again = (refused: boolean) => {
      const next = { left: attempts.left - 1, refusedOnly: attempts.refusedOnly && refused }
      if (next.left > 0) return later(AGAIN_MS, () => write(operation, next, done))
      count(next.refusedOnly ? 'refused' : 'gaveUp')
      // Refused everywhere it was asked: it has no part in what happened.
      if (next.refusedOnly) history.delete(operation)
      done()
    }
    if (!life) return again(true)
    const { key, value } = operation
    // The same id in every attempt, as the contract asks of who proposes again.
    const command = { id: value, key, value }
    const swap = operation.kind === 'cas' ? { expected: operation.expected ?? null } : {}
    patiently(
      (heard) =>
        life.propose({ ...command, ...swap }, (answer) => {
          if (!heard()) return
          if (answer === 'refused') return again(true)
          if (answer === 'gone') return again(false)
          operation.answeredAt = moment++
          if (operation.kind === 'cas') operation.swapped = answer.result
          count(operation.kind === 'put' ? 'put' : answer.result ? 'swapped' : 'notSwapped')
          done()
        }),
      () => again(false),
    )
  }

  function read(operation: Read, left: number, lastSeen: Map<string, Value>, done: () => void) {
    const life = running()?.life
    const again = () => {
      if (left > 1) return later(AGAIN_MS, () => read(operation, left - 1, lastSeen, done))
      count('readLost')
      done()
    }
    if (!life) return again()
    patiently(
      (heard) =>
        life.read(operation.key, (answer) => {
          if (!heard()) return
          if (answer === 'lost' || answer === 'gone') return again()
          operation.answeredAt = moment++
          operation.value = answer.value
          lastSeen.set(operation.key, answer.value)
          count('read')
          done()
        }),
      again,
    )
  }

  return {
    counts,
    start() {
      for (let client = 0; client < CLIENTS; client++) think('abc'.charAt(client), new Map())
    },
    stop() {
      open = false
    },
    history: () => [...history],
  }
}
