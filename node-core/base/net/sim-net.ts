/** The network's simulated twin: every node in one process, faults on demand, one seed, no sockets. */
import type { Clock } from '../clock/index.ts'
import type { Random } from '../random/index.ts'
import type { Net, NodeId } from './index.ts'
import type { SimFabric, SimSession } from './sim-fabric.ts'
import { createSimNode } from './sim-node.ts'

/** What may happen to each message on its way. Rates are from 0 to 1. */
export interface SimFaults {
  dropRate: number
  duplicateRate: number
  /** How often a message takes up to `slowMsMax` instead, and so arrives after later ones. */
  slowRate: number
  slowMsMax: number
  delayMsMin: number
  delayMsMax: number
}

export type SimFaultCount =
  | 'dropped'
  | 'duplicated'
  | 'slowed'
  | 'cut'
  | 'crashed'
  | 'paused'
  | 'delivered'

export interface SimNetwork {
  /** The node's end; made at the first call, and anew after `crash`. */
  node(id: NodeId): Net
  /** Changed at will while the network runs. */
  readonly faults: SimFaults
  /** How often each fault has struck, so that a run can show that it did. */
  readonly counts: Readonly<Record<SimFaultCount, number>>
  /** Nothing passes from `from` to `to`; the other direction stays as it is. */
  cut(from: NodeId, to: NodeId): void
  mend(from: NodeId, to: NodeId): void
  mendAll(): void
  /** Ends a node's sockets. `silent`: as if its power went, so that peers see no reset. */
  crash(id: NodeId, options?: { silent?: boolean }): void
  /**
   * A closed lid: nothing reaches the node's code until then; it comes all at once after. What streams bring
   * only with `streams`: without, runs stay what they were before it could.
   */
  pause(id: NodeId, ms: number, options?: { streams?: boolean }): void
}

export interface SimNetworkDeps {
  clock: Clock
  random: Random
  faults?: Partial<SimFaults>
}

const NO_FAULTS: SimFaults = {
  dropRate: 0,
  duplicateRate: 0,
  slowRate: 0,
  slowMsMax: 10_000,
  delayMsMin: 1,
  delayMsMax: 5,
}
/** How long a connection over which nothing passes is still taken for one. Milliseconds. */
const BREAK_AFTER_MS = 4_000
/** Until two nodes that can reach each other are connected. Milliseconds. */
const CONNECT_MS = 20
/** Until a peer sees the reset of a process that ended. Milliseconds. */
const RESET_MS = 2

export function createSimNetwork(deps: SimNetworkDeps): SimNetwork {
  const { clock, random } = deps
  const faults = { ...NO_FAULTS, ...deps.faults }
  const counts = {
    dropped: 0,
    duplicated: 0,
    slowed: 0,
    cut: 0,
    crashed: 0,
    paused: 0,
    delivered: 0,
  }
  const sessions = new Map<NodeId, { session: SimSession; net: Net }>()
  const cuts = new Set<string>()
  const connected = new Set<string>()
  const awakeAtMs = new Map<NodeId, number>()
  /** What has come over streams to those who hear nothing, in order. */
  const held = new Map<NodeId, (() => void)[]>()

  const passable = (from: NodeId, to: NodeId): boolean =>
    sessions.has(from) && sessions.has(to) && !cuts.has(`${from}>${to}`)
  const bothWays = (a: NodeId, b: NodeId): boolean => passable(a, b) && passable(b, a)

  function whenAwake(id: NodeId, run: () => void): void {
    const waitMs = (awakeAtMs.get(id) ?? 0) - clock.monotonicMs()
    if (waitMs <= 0) run()
    else clock.timer(waitMs, () => whenAwake(id, run))
  }
  /** Tells the life of `id` that there is now, if it still is when it hears. */
  function tell(id: NodeId, peer: NodeId, change: 'up' | 'down'): void {
    const session = sessions.get(id)?.session
    whenAwake(id, () => {
      if (session && sessions.get(id)?.session === session) session.peerChanged(peer, change)
    })
  }
  function connect(a: NodeId, b: NodeId): void {
    const pair = pairOf(a, b)
    if (connected.has(pair) || !bothWays(a, b)) return
    connected.add(pair)
    tell(a, b, 'up')
    tell(b, a, 'up')
  }
  function disconnect(a: NodeId, b: NodeId): void {
    if (!connected.delete(pairOf(a, b))) return
    tell(a, b, 'down')
    tell(b, a, 'down')
  }
  function breakLater(a: NodeId, b: NodeId): void {
    clock.timer(BREAK_AFTER_MS, () => {
      if (!bothWays(a, b)) disconnect(a, b)
    })
  }
  const connectLater = (a: NodeId, b: NodeId): void => {
    clock.timer(CONNECT_MS, () => connect(a, b))
  }
  const delayMs = (): number => {
    if (faults.slowRate > 0 && random.float() < faults.slowRate) {
      counts.slowed++
      return random.int(faults.slowMsMax) + 1
    }
    return faults.delayMsMin + random.int(faults.delayMsMax - faults.delayMsMin + 1)
  }

  function arriveOnce(from: NodeId, to: NodeId, arrive: () => void): void {
    const [sender, receiver] = [sessions.get(from)?.session, sessions.get(to)?.session]
    const land = (): void => {
      const there = sessions.get(to)?.session
      if (!receiver || there !== receiver) return
      if (cuts.has(`${from}>${to}`)) {
        counts.cut++
        return
      }
      counts.delivered++
      if (!sender) return
      there.heardFrom(from)
      arrive()
    }
    clock.timer(delayMs(), () => whenAwake(to, land))
  }

  const fabric: SimFabric = {
    clock,
    random,
    passable,
    whenAwake,
    session: (id) => sessions.get(id)?.session,
    connectedTo: (id) => [...sessions.keys()].filter((other) => connected.has(pairOf(id, other))),
    dial(from, to) {
      connect(from, to)
      return connected.has(pairOf(from, to))
    },
    send(from, to, arrive) {
      if (random.float() < faults.dropRate) {
        counts.dropped++
        return
      }
      arriveOnce(from, to, arrive)
      if (random.float() < faults.duplicateRate) {
        counts.duplicated++
        arriveOnce(from, to, arrive)
      }
    },
    sendInOrder(from, to, arrive) {
      if (!bothWays(from, to)) return false
      clock.timer(faults.delayMsMin, () => {
        const waiting = held.get(to)
        if (waiting) waiting.push(arrive)
        else arrive()
      })
      return true
    },
  }

  return {
    faults,
    counts,
    node(id) {
      const known = sessions.get(id)
      if (known) return known.net
      const made = createSimNode(id, fabric)
      const others = [...sessions.keys()]
      sessions.set(id, made)
      for (const other of others) connectLater(id, other)
      return made.net
    },
    cut(from, to) {
      cuts.add(`${from}>${to}`)
      breakLater(from, to)
    },
    mend(from, to) {
      cuts.delete(`${from}>${to}`)
      connectLater(from, to)
    },
    mendAll() {
      cuts.clear()
      const all = [...sessions.keys()]
      for (const a of all) for (const b of all) if (a < b) connectLater(a, b)
    },
    crash(id, options = {}) {
      const gone = sessions.get(id)
      if (!gone) return
      counts.crashed++
      awakeAtMs.delete(id)
      held.delete(id)
      const peers = fabric.connectedTo(id)
      sessions.delete(id)
      gone.session.end()
      for (const peer of peers) {
        connected.delete(pairOf(id, peer))
        const there = sessions.get(peer)?.session
        const waitMs = options.silent ? BREAK_AFTER_MS : RESET_MS
        clock.timer(waitMs, () => {
          if (sessions.get(peer)?.session === there) tell(peer, id, 'down')
        })
      }
    },
    pause(id, ms, { streams = false } = {}) {
      counts.paused++
      awakeAtMs.set(id, Math.max(awakeAtMs.get(id) ?? 0, clock.monotonicMs() + ms))
      if (!streams || held.has(id)) return
      const waiting: (() => void)[] = []
      held.set(id, waiting)
      clock.timer(ms, () =>
        whenAwake(id, () => {
          if (held.get(id) !== waiting) return
          held.delete(id)
          for (const arrive of waiting) arrive()
        }),
      )
    },
  }
}

const pairOf = (a: NodeId, b: NodeId): string => (a < b ? `${a}-${b}` : `${b}-${a}`)
