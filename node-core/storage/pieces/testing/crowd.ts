/**
 * A crowd of fetchers and one source in simulated time: each has one line up, on which what it serves
 * waits its turn. Only machines are here; what they ask for arrives whole, wrong or never.
 */
import type { NodeId } from '../../../base/net/index.ts'
import { createSeededRandom, type Random } from '../../../base/random/index.ts'
import { createPieceSet, createSwarm, type Swarm, type SwarmEffect } from '../index.ts'

export interface CrowdOptions {
  seed: number
  fetchers: number
  pieces: number
  /** One piece on a line up. */
  pieceMs?: number
  latencyMs?: number
  /** Fetchers begin within this time. */
  spreadMs?: number
  /** Whom a fetcher knows besides the source. */
  neighbours?: number
  /** Fetchers that claim to have everything and send rubbish. */
  liars?: number
  /** Fetchers that claim to have everything and never answer. */
  mutes?: number
  /** The source goes away once it has sent so many pieces. */
  sourceLeavesAfter?: number
  /** A fetcher that dies, and begins again with what it had. */
  restarts?: number
}

export interface CrowdOutcome {
  completed: number
  /** When the last one was complete. */
  endMs: number
  sourcePieces: number
  /** Pieces that came to somebody who had them. */
  wasted: number
  dropped: Set<NodeId>
  /** The most that one fetcher had asked of one peer at a time. */
  windowMax: number
}

interface Fetcher {
  id: NodeId
  swarm: Swarm
  known: Set<NodeId>
  done: boolean
  asked: Map<NodeId, Set<number>>
}

/** A line up: one piece at a time. */
interface Line {
  sessions: Map<Fetcher, number[]>
  /** How often each piece went out. */
  sent: Map<number, number>
  busy: boolean
}

/** The queue has the next one last. */
interface Event {
  atMs: number
  run: () => void
}

type Kind = 'honest' | 'liar' | 'mute'

const idOf = (number: number): NodeId => number.toString(16).padStart(64, '0') as NodeId

export function runCrowd(options: CrowdOptions): CrowdOutcome {
  const { seed, fetchers: count, pieces } = options
  const { pieceMs = 100, latencyMs = 5, spreadMs = 0, neighbours = count } = options
  const random: Random = createSeededRandom(seed)
  const source = idOf(0)
  const kinds = new Map<NodeId, Kind>()
  const fetchers = new Map<NodeId, Fetcher>()
  const lines = new Map<NodeId, Line>()
  const queue: Event[] = []
  const outcome = { endMs: 0, sourcePieces: 0, wasted: 0, windowMax: 0 }
  const dropped = new Set<NodeId>()
  let nowMs = 0
  let sourceHere = true

  const at = (atMs: number, run: () => void): void => {
    let from = 0
    for (let to = queue.length; from < to; ) {
      const middle = (from + to) >> 1
      if ((queue[middle]?.atMs ?? 0) > atMs) from = middle + 1
      else to = middle
    }
    queue.splice(from, 0, { atMs, run })
  }

  const hasPiece = (peer: NodeId, index: number): boolean => {
    if (peer === source) return sourceHere
    return fetchers.get(peer)?.swarm.held.has(index) ?? false
  }

  function act(fetcher: Fetcher, effects: SwarmEffect[]): void {
    for (const effect of effects) {
      const asked = fetcher.asked.get(effect.peer) ?? new Set()
      fetcher.asked.set(effect.peer, asked)
      if (effect.type === 'drop') {
        asked.clear()
        dropped.add(effect.peer)
        continue
      }
      if (effect.type === 'ask') asked.add(effect.index)
      else asked.delete(effect.index)
      outcome.windowMax = Math.max(outcome.windowMax, asked.size)
      at(nowMs + latencyMs, () => hear(effect.peer, fetcher, effect))
    }
    if (!fetcher.done && fetcher.swarm.complete()) {
      fetcher.done = true
      outcome.endMs = nowMs
    }
  }

  /** Each session in its turn; of what one asks for, what has been sent least often. */
  function serve(from: NodeId): void {
    const line = lines.get(from)
    const [next] = line?.sessions ?? []
    if (!line || line.busy || !next) return
    const [to, wanted] = next
    line.sessions.delete(to)
    const times = (index: number): number => line.sent.get(index) ?? 0
    const [index] = wanted.toSorted((a, b) => times(a) - times(b))
    if (index === undefined) {
      serve(from)
      return
    }
    wanted.splice(wanted.indexOf(index), 1)
    if (wanted.length > 0) line.sessions.set(to, wanted)
    const lies = kinds.get(from) === 'liar'
    if (!lies && !hasPiece(from, index)) {
      serve(from)
      return
    }
    line.sent.set(index, times(index) + 1)
    line.busy = true
    if (from === source && ++outcome.sourcePieces === options.sourceLeavesAfter) leave()
    at(nowMs + pieceMs, () => {
      line.busy = false
      serve(from)
    })
    at(nowMs + pieceMs + latencyMs, () => arrive(to, from, index, !lies))
  }

  function hear(
    at: NodeId,
    from: Fetcher,
    { type, index }: { type: 'ask' | 'cancel'; index: number },
  ) {
    if (kinds.get(at) === 'mute') return
    const line: Line = lines.get(at) ?? { sessions: new Map(), sent: new Map(), busy: false }
    lines.set(at, line)
    const wanted = (line.sessions.get(from) ?? []).filter((one) => one !== index)
    if (type === 'ask') wanted.push(index)
    line.sessions.set(from, wanted)
    serve(at)
  }

  function leave(): void {
    sourceHere = false
    for (const fetcher of fetchers.values()) {
      at(nowMs + latencyMs, () => {
        act(fetcher, fetcher.swarm.step(nowMs, { type: 'gone', peer: source }))
      })
    }
  }

  function arrive(to: Fetcher, from: NodeId, index: number, right: boolean): void {
    if (fetchers.get(to.id) !== to) return
    to.asked.get(from)?.delete(index)
    const had = to.swarm.held.has(index)
    if (had) outcome.wasted++
    act(to, to.swarm.step(nowMs, { type: 'arrived', peer: from, index, right }))
    if (had || !right) return
    for (const other of fetchers.values()) {
      if (!other.known.has(to.id)) continue
      at(nowMs + latencyMs, () => {
        const gained = { type: 'gained', peer: to.id, indexes: [index] } as const
        act(other, other.swarm.step(nowMs, gained))
      })
    }
  }

  function meet(fetcher: Fetcher, peer: NodeId): void {
    if (fetcher.id === peer || fetcher.known.has(peer)) return
    fetcher.known.add(peer)
    const has = createPieceSet(pieces)
    const everything = peer === source || kinds.get(peer) !== 'honest'
    for (let index = 0; index < pieces; index++) {
      if (everything || hasPiece(peer, index)) has.add(index)
    }
    act(fetcher, fetcher.swarm.step(nowMs, { type: 'offered', peer, has }))
  }

  function begin(id: NodeId, here: number[]): void {
    const swarm = createSwarm(pieces, here, random.int(2 ** 32))
    const fetcher: Fetcher = { id, swarm, known: new Set(), done: false, asked: new Map() }
    fetchers.set(id, fetcher)
    if (sourceHere) meet(fetcher, source)
    const others = [...fetchers.values()].filter((other) => other.id !== id)
    for (const other of others.sort(() => random.float() - 0.5).slice(0, neighbours)) {
      meet(fetcher, other.id)
      meet(other, id)
    }
    const tick = (): void => {
      if (fetchers.get(id) !== fetcher || fetcher.done) return
      act(fetcher, fetcher.swarm.step(nowMs, { type: 'tick' }))
      at(nowMs + 1_000, tick)
    }
    tick()
  }

  for (let number = 1; number <= count; number++) {
    const { liars = 0, mutes = 0 } = options
    const id = idOf(number)
    kinds.set(id, number <= liars ? 'liar' : number <= liars + mutes ? 'mute' : 'honest')
    at(random.int(spreadMs + 1), () => begin(id, []))
  }
  for (let number = 0; number < (options.restarts ?? 0); number++) {
    const id = idOf(count - number)
    at((pieces * pieceMs) / 2 + number, () => {
      const here = [...Array(pieces).keys()].filter((index) => hasPiece(id, index))
      for (const other of fetchers.values()) {
        if (!other.known.delete(id)) continue
        act(other, other.swarm.step(nowMs, { type: 'gone', peer: id }))
      }
      begin(id, here)
    })
  }

  for (let next = queue.pop(), events = 0; next; next = queue.pop(), events++) {
    if (events > 2_000_000) throw new Error(`the crowd of seed ${seed} does not come to an end`)
    nowMs = next.atMs
    next.run()
  }
  const honest = [...fetchers.values()].filter(({ id }) => kinds.get(id) === 'honest')
  return { ...outcome, dropped, completed: honest.filter(({ done }) => done).length }
}
