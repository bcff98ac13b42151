/**
 * A whole node that lies: its log, reducer and timers are the product's, and what it says to others is
 * bent on its way out, at the engine's line, at its doors and in the shared state.
 */
import type { Clock } from '../../node-core/base/clock/index.ts'
import type { Plain } from '../../node-core/base/codec/index.ts'
import {
  framed,
  type Net,
  type NetStream,
  type NodeId,
  type RequestHandler,
} from '../../node-core/base/net/index.ts'
import { pick, type Random } from '../../node-core/base/random/index.ts'
import type { Outgoing } from '../../node-core/control/consensus/index.ts'
import type { NetworkId, Signer } from '../../node-core/identity/index.ts'
import { type Lie, SIMPLEX_LIES, type SimplexLie } from '../consensus/simplex/lies.ts'
import { signVote } from '../consensus/simplex/wire.ts'
import { createDoorLie, type DoorLieName } from './door-lies.ts'
import { framesIn } from './frames.ts'
import type { Gossip } from './gossip.ts'
import { isConsensus, overheard } from './overheard.ts'

/** `twins`: two nodes with one key (`twins.ts`). */
export type NodeLie = SimplexLie | 'twins'
export const VOTING_LIES: readonly NodeLie[] = [
  'twins',
  ...(Object.keys(SIMPLEX_LIES) as SimplexLie[]),
]

export interface LiarDeps {
  net: Net
  /** All machines. */
  ids: readonly NodeId[]
  lie: NodeLie
  door: DoorLieName
  /** Until it does, it is as honest as the others. */
  isLying(): boolean
  network: NetworkId
  signer: Signer
  clock: Clock
  random: Random
  count(what: string): void
}

const TICK_MS = 100
const BOAST_RATE = 0.3

/** The network as its own node has it. */
export function createLiarNet(deps: LiarDeps): Net {
  const { net, clock, random, count, isLying } = deps
  const door = createDoorLie(deps.door, random, count)
  const { say = (outgoing) => [outgoing], hear, tick } = lieOf(deps)
  const lines = new Map<NodeId, NetStream>()

  function tell(messages: readonly Outgoing[]): void {
    if (!isLying()) return
    for (const { to, message } of messages) {
      const line = lines.get(to)
      if (!line) continue
      void line.write(framed(message)).catch(() => lines.delete(to))
    }
  }

  function overhear(message: Uint8Array): void {
    try {
      tell(hear?.(Uint8Array.from(message)) ?? [])
    } catch {
      // What another liar sent may be no message at all.
    }
  }

  function beat(): void {
    clock.timer(TICK_MS, beat)
    tell(tick?.() ?? [])
  }
  if (tick) beat()

  return {
    ...net,
    onRequest(protocol, handler, limits) {
      const lie = door(protocol, handler)
      const answer: RequestHandler = (...asked) => (isLying() ? lie : handler)(...asked)
      return net.onRequest(protocol, answer, limits)
    },
    async openStream(peer, protocol, options) {
      const stream = await net.openStream(peer, protocol, options)
      if (!isConsensus(protocol)) return stream
      lines.set(peer, stream)
      return {
        ...stream,
        async write(bytes) {
          if (!isLying()) return stream.write(bytes)
          const meant = framesIn(bytes)
          const said = meant.flatMap((message) => say({ to: peer, message }))
          if (said.length !== meant.length) count(`line: ${deps.lie}`)
          if (said.length > 0)
            await stream.write(Buffer.concat(said.map((one) => framed(one.message))))
        },
      }
    },
    onStream: (protocol, handler) =>
      net.onStream(protocol, (stream, peer) => {
        handler(isConsensus(protocol) ? overheard(stream, overhear) : stream, peer)
      }),
  }
}

function lieOf({ lie, net, ids, network, signer, random }: LiarDeps): Lie {
  if (lie === 'twins') return {}
  return SIMPLEX_LIES[lie]({
    ...{ random, peers: ids.filter((id) => id !== net.self) },
    vote: (...ballot) => signVote(signer, network, ballot),
  })
}

/** Tells of a committee of its own choice, in an epoch far ahead. */
export function boasting(
  state: ReturnType<Gossip['of']>,
  {
    self,
    ids,
    random,
    isLying,
    count,
  }: { self: NodeId; ids: readonly NodeId[] } & Pick<LiarDeps, 'random' | 'isLying' | 'count'>,
): ReturnType<Gossip['of']> {
  return {
    ...state,
    put(key, value) {
      if (!isLying() || !key.endsWith('/primary') || random.float() > BOAST_RATE)
        return state.put(key, value)
      count('liar: boasts')
      const told: Plain = {
        ...{ v: 1, voters: [self], learners: [pick(random, ids) ?? self], leader: self },
        ...{ term: 1_000 + random.int(1_000), applied: 1_000 + random.int(1_000) },
      }
      return state.put(key, told)
    },
  }
}
