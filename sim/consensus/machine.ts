/** One machine: a disk that outlives its processes, and the process that now runs the engine on it. */
import type { NodeId } from '../../node-core/base/net/index.ts'
import type { Random } from '../../node-core/base/random/index.ts'
import type { Engine, Members } from '../../node-core/control/consensus/index.ts'
import type { EngineKind, EngineSetup } from './engine-kind.ts'
import type { Events } from './events.ts'
import type { Invariants } from './invariants.ts'
import { createLife, type Life } from './life.ts'
import { createRecordLog, type SimRecordLog } from './record-log.ts'
import type { Death } from './runner.ts'

export interface Machine {
  readonly number: number
  readonly name: string
  readonly id: NodeId
  /** Whether it follows the protocol. */
  readonly honest: boolean
  /** In which way it does not. */
  readonly liar: string | undefined
  readonly log: SimRecordLog
  /** Undefined while it is down. */
  life: Life | undefined
  /** How long a sync takes at most. Milliseconds. */
  syncMsMax: number
  /** How long it lets a message wait before it looks at it. Milliseconds. */
  lagMs: number
  start(): void
  /** kill -9, or, `powerLoss`, with whatever was not synced. */
  die(how: Death): void
  /** Nothing moves in it until then (a closed lid). */
  pauseUntil(timeMs: number): void
  /** Now, or when it wakes up. */
  whenAwake(run: () => void): void
  receive(from: NodeId, message: Uint8Array): void
}

export interface LiarInPlace {
  way: string
  create(setup: EngineSetup, records: readonly Uint8Array[]): Engine
}

export interface MachineDeps {
  kind: EngineKind
  founding: { members: Members; state: Uint8Array }
  events: Events
  random: Random
  invariants: Invariants
  /** Undefined for who follows the protocol. */
  liar: LiarInPlace | undefined
  isHonest(peer: NodeId): boolean
  /** By a machine's tick. Milliseconds. */
  tickMs: number
  send(from: Machine, to: NodeId, message: Uint8Array): void
  count(what: string): void
}

/** Messages that a machine which does not look at them keeps. */
const INBOX_MAX = 256

export function createMachine(number: number, id: NodeId, deps: MachineDeps): Machine {
  const { events, random, count } = deps
  let lives = 0
  let sleepsUntilMs = 0
  let sleepers: (() => void)[] = []
  let inbox = 0

  const machine: Machine = {
    number,
    name: `n${number}`,
    id,
    honest: deps.liar === undefined,
    liar: deps.liar?.way,
    log: createRecordLog(),
    life: undefined,
    syncMsMax: 3,
    lagMs: 0,
    start() {
      if (machine.life) return
      lives += 1
      machine.life = createLife(machine, lives, deps)
    },
    die(how) {
      const { life } = machine
      if (!life) return
      life.end()
      machine.life = undefined
      count(how)
      if (how === 'kill') return
      const { lost, torn } = machine.log.losePower(random)
      if (lost > 0) count('lostUnsynced')
      if (torn) count('tornWrite')
    },
    pauseUntil(timeMs) {
      sleepsUntilMs = timeMs
      events.at(timeMs, () => {
        if (sleepsUntilMs > events.nowMs()) return
        const woken = sleepers
        sleepers = []
        for (const run of woken) run()
      })
    },
    whenAwake(run) {
      if (sleepsUntilMs > events.nowMs()) sleepers.push(run)
      else run()
    },
    receive(from, message) {
      if (!machine.life) return count('arrivedWhileDown')
      if (sleepsUntilMs <= events.nowMs() && machine.lagMs === 0) {
        return machine.life.step(from, message)
      }
      if (inbox >= INBOX_MAX) return count('inboxFull')
      inbox += 1
      const { life } = machine
      const look = (): void => {
        inbox -= 1
        // What waited in a process that is gone is gone with it.
        if (machine.life === life) life.step(from, message)
      }
      events.at(events.nowMs() + machine.lagMs, () => machine.whenAwake(look))
    },
  }
  return machine
}
