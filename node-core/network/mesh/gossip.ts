/**
 * gossipsub under our own words. Admitted peers only; small meshes; every message judged by its
 * topic's handler before it is passed on. Scores are off: admission takes their place, and who passes
 * on what its handler rejects is disconnected and kept away.
 *
 * gossipsub itself signs nothing: what travels is signed by its author already (`control/state`), and
 * gossipsub would check its own signature on every copy before it knows that it is one.
 */
import { createHash } from 'node:crypto'
import type { GossipSubComponents } from '@libp2p/gossipsub'
import { type GossipSub, gossipsub, type Message, TopicValidatorResult } from '@libp2p/gossipsub'
import type { PeerId, PrivateKey } from '@libp2p/interface'
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { NodeId, Verdict } from '../../base/net/index.ts'
import { nodeIdOf } from '../../identity/index.ts'
import { netError } from './errors.ts'
import {
  GOSSIP_ANNOUNCED_BYTES_MIN,
  GOSSIP_FRAME_BYTES_MAX,
  GOSSIP_MESSAGE_BYTES_MAX,
  GOSSIP_MESSAGES_BURST_MAX,
  GOSSIP_MESSAGES_PER_SECOND_MAX,
  GOSSIP_REJECTS_PER_MINUTE_MAX,
  GOSSIP_TOPIC_BYTES_PER_PEER_MAX,
  GOSSIP_UNSENT_BYTES_MAX,
  KNOWN_NODES_MAX,
} from './limits.ts'
import { createKeyedRate } from './token-bucket.ts'

export type GossipHandler = (message: Uint8Array, from: NodeId) => Verdict

export interface Gossip {
  publish(topic: string, message: Uint8Array): Promise<void>
  subscribe(topic: string, handler: GossipHandler): () => void
  /** Puts subscriptions made so far, and from now on, onto a running gossipsub. */
  attach(pubsub: GossipSub): void
  detach(): void
}

export interface GossipDeps {
  /** `/mycelium/<network id>/`: two networks never mix. */
  prefix: string
  clock: Clock
  /** A peer has passed something on. */
  onHeard(peer: NodeId): void
  /** The peer passed on too much that was rejected. */
  onBlame(peerId: string): void
}

export function createGossip({ prefix, clock, onHeard, onBlame }: GossipDeps): Gossip {
  const handlers = new Map<string, GossipHandler>()
  const messages = createKeyedRate(
    GOSSIP_MESSAGES_PER_SECOND_MAX,
    GOSSIP_MESSAGES_BURST_MAX,
    KNOWN_NODES_MAX,
  )
  const rejects = createKeyedRate(
    GOSSIP_REJECTS_PER_MINUTE_MAX / 60,
    GOSSIP_REJECTS_PER_MINUTE_MAX,
    KNOWN_NODES_MAX,
  )
  let running: GossipSub | undefined

  const judge = (source: PeerId, message: Message, handler: GossipHandler): Verdict => {
    const nowMs = clock.monotonicMs()
    if (!messages.take(source.toString(), nowMs)) return 'ignore'
    if (message.data.byteLength > GOSSIP_MESSAGE_BYTES_MAX || !source.publicKey) return 'reject'
    const peer = nodeIdOf(source.publicKey.raw)
    onHeard(peer)
    return handler(message.data, peer)
  }
  const listen = (pubsub: GossipSub, topic: string, handler: GossipHandler): void => {
    pubsub.topicValidators.set(prefix + topic, (source, message) => {
      const verdict = judge(source, message, handler)
      if (verdict === 'reject' && !rejects.take(source.toString(), clock.monotonicMs())) {
        onBlame(source.toString())
      }
      return VERDICTS[verdict]
    })
    pubsub.subscribe(prefix + topic)
  }

  return {
    async publish(topic, message) {
      if (message.byteLength > GOSSIP_MESSAGE_BYTES_MAX) {
        throw new MyceliumError('NET_TOO_LARGE', 'A gossip message is over its limit.')
      }
      if (!running) return
      try {
        await running.publish(prefix + topic, message)
      } catch (cause) {
        throw netError(cause, 'NET_UNREACHABLE')
      }
    },
    subscribe(topic, handler) {
      if (handlers.has(topic)) {
        throw new MyceliumError('NET_REFUSED', 'The topic has a handler already.')
      }
      handlers.set(topic, handler)
      if (running) listen(running, topic, handler)
      return () => {
        if (handlers.get(topic) !== handler) return
        handlers.delete(topic)
        running?.topicValidators.delete(prefix + topic)
        running?.unsubscribe(prefix + topic)
      }
    },
    attach(pubsub) {
      running = pubsub
      for (const [topic, handler] of handlers) listen(pubsub, topic, handler)
    },
    detach() {
      running = undefined
    },
  }
}

/** The libp2p service. Each bound is in `limits.ts`. */
export function createPubsub(
  components: GossipSubComponents & { privateKey: PrivateKey },
): GossipSub {
  return gossipsub({
    fallbackToFloodsub: false,
    globalSignaturePolicy: 'StrictNoSign',
    ignoreDuplicatePublishError: true,
    msgIdFn: ({ data }) => createHash('sha256').update(data).digest().subarray(0, 20),
    // A node's own messages go to every neighbour at once: an event reaches all in one hop.
    floodPublish: true,
    // Telling everyone that a small message has come costs more than hearing it twice.
    idontwantMinDataSize: GOSSIP_ANNOUNCED_BYTES_MIN,
    allowPublishToZeroTopicPeers: true,
    doPX: false,
    tagMeshPeers: false,
    // Few, since most members heard it from its author: this reaches those it has no connection to.
    D: 3,
    Dlo: 2,
    Dhi: 5,
    Dscore: 2,
    Dout: 1,
    Dlazy: 2,
    maxInboundDataLength: GOSSIP_FRAME_BYTES_MAX,
    maxOutboundBufferSize: GOSSIP_UNSENT_BYTES_MAX,
    maxTopicBytesPerPeer: GOSSIP_TOPIC_BYTES_PER_PEER_MAX,
    maxInboundStreams: 4,
    maxOutboundStreams: 4,
    // Many honest nodes share one address, and a slow one breaks promises without ill will.
    scoreParams: { IPColocationFactorWeight: 0, behaviourPenaltyWeight: 0, appSpecificWeight: 0 },
  })(components)
}

const VERDICTS: Record<Verdict, TopicValidatorResult> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
}
