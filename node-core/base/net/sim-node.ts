/** One node's end of the simulated network. */
import type { MessageLimits, Net, NetStream, NodeId, RequestHandler, Verdict } from './index.ts'
import { type Gossip, type SimFabric, type SimSession, simError } from './sim-fabric.ts'
import { createSimStreamPair } from './sim-stream.ts'

/** To how many peers a message is passed on; gossipsub's D. */
const FORWARD_PEERS = 6
const BYTES_MAX = 1_048_576
const TIMEOUT_MS = 5_000

export function createSimNode(self: NodeId, fabric: SimFabric): { session: SimSession; net: Net } {
  const handlers = new Map<string, { handler: RequestHandler; limits: MessageLimits }>()
  const streamHandlers = new Map<string, (stream: NetStream, peer: NodeId) => void>()
  const topics = new Map<string, (message: Uint8Array, from: NodeId) => Verdict>()
  const peerListeners = new Set<(peer: NodeId, change: 'up' | 'down') => void>()
  const heard = new WeakSet<Gossip>()
  const heardAtMs = new Map<NodeId, number>()
  let alive = true

  const isAlive = (): boolean => alive && fabric.session(self) === session
  function forward(topic: string, message: Gossip, except: NodeId): void {
    const peers = fabric.connectedTo(self).filter((peer) => peer !== except)
    const chosen = peers.length <= FORWARD_PEERS ? peers : choose(fabric, peers, FORWARD_PEERS)
    for (const peer of chosen) {
      fabric.send(self, peer, () => fabric.session(peer)?.hear(topic, message, self))
    }
  }

  const session: SimSession = {
    id: self,
    peerChanged(peer, change) {
      if (change === 'down') heardAtMs.delete(peer)
      for (const listener of [...peerListeners]) listener(peer, change)
    },
    handlerOf: (protocol) => handlers.get(protocol),
    acceptStream(protocol, stream, peer) {
      const handler = streamHandlers.get(protocol)
      handler?.(stream, peer)
      return handler !== undefined
    },
    hear(topic, message, from) {
      if (heard.has(message) || message.origin === self) return
      heard.add(message)
      const handler = topics.get(topic)
      if (handler?.(message.bytes, from) === 'accept') forward(topic, message, from)
    },
    heardFrom(peer) {
      heardAtMs.set(peer, fabric.clock.monotonicMs())
    },
    end() {
      alive = false
      handlers.clear()
      streamHandlers.clear()
      topics.clear()
      peerListeners.clear()
    },
  }

  const net: Net = {
    self,
    peers: () => (isAlive() ? fabric.connectedTo(self).sort() : []),
    heardAtMs: (peer) => heardAtMs.get(peer),
    onPeer: (listener) => {
      peerListeners.add(listener)
      return () => peerListeners.delete(listener)
    },
    request(peer, protocol, body, options = {}) {
      if (!isAlive()) return Promise.reject(unreachable())
      return ask(fabric, self, { peer, protocol, body, isAlive, ...options })
    },
    onRequest(protocol, handler, limits = {}) {
      handlers.set(protocol, { handler, limits })
      return () => handlers.delete(protocol)
    },
    async openStream(peer, protocol, options = {}) {
      options.signal?.throwIfAborted()
      if (!isAlive() || !fabric.dial(self, peer)) throw unreachable()
      const [near, far] = createSimStreamPair(fabric, self, peer)
      if (!fabric.session(peer)?.acceptStream(protocol, far, self)) {
        throw simError('NET_REFUSED', 'The peer does not speak the protocol.')
      }
      return near
    },
    onStream(protocol, handler) {
      streamHandlers.set(protocol, handler)
      return () => streamHandlers.delete(protocol)
    },
    async publish(topic, message) {
      if (isAlive()) forward(topic, { bytes: message.slice(), origin: self }, self)
    },
    subscribe(topic, handler) {
      topics.set(topic, handler)
      return () => topics.delete(topic)
    },
  }
  return { session, net }
}

interface Question {
  peer: NodeId
  protocol: string
  body: Uint8Array
  isAlive: () => boolean
  signal?: AbortSignal
  timeoutMs?: number
  answerBytesMax?: number
}

function ask(fabric: SimFabric, self: NodeId, question: Question): Promise<Uint8Array> {
  const { peer, signal } = question
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const timeoutMs = question.timeoutMs ?? TIMEOUT_MS
    const reached = fabric.dial(self, peer)
    const cancel = fabric.clock.timer(timeoutMs, () =>
      settle(() => reject(reached ? simError('NET_TIMEOUT', 'No answer came.') : unreachable())),
    )
    const onAbort = (): void => settle(() => reject(signal?.reason))
    let settled = false
    function settle(run: () => void): void {
      fabric.whenAwake(self, () => {
        if (settled || !question.isAlive()) return
        settled = true
        cancel()
        signal?.removeEventListener('abort', onAbort)
        run()
      })
    }
    signal?.addEventListener('abort', onAbort, { once: true })

    if (!reached) {
      // A closed port answers at once; a cut wire never does.
      if (peer !== self && !fabric.session(peer)) {
        fabric.clock.timer(1, () => settle(() => reject(unreachable())))
      }
      return
    }
    fabric.send(self, peer, () => {
      void answer(fabric, peer, self, { ...question, body: question.body.slice() }).then((back) =>
        fabric.send(peer, self, () => settle(() => take(back, question, resolve, reject))),
      )
    })
  })
}

type Answer = { bytes: Uint8Array } | { refused: 'NET_REFUSED' | 'NET_TOO_LARGE' }

async function answer(
  fabric: SimFabric,
  at: NodeId,
  from: NodeId,
  question: Question,
): Promise<Answer> {
  const entry = fabric.session(at)?.handlerOf(question.protocol)
  if (!entry) return { refused: 'NET_REFUSED' }
  if (question.body.byteLength > (entry.limits.requestBytesMax ?? BYTES_MAX)) {
    return { refused: 'NET_REFUSED' }
  }
  try {
    return { bytes: (await entry.handler(question.body, from)).slice() }
  } catch {
    // As on the wire: the handler's own words stay with it, the asker sees a reset.
    return { refused: 'NET_REFUSED' }
  }
}

function take(
  back: Answer,
  question: Question,
  resolve: (bytes: Uint8Array) => void,
  reject: (error: Error) => void,
): void {
  if ('refused' in back) reject(simError(back.refused, 'The peer refused the request.'))
  else if (back.bytes.byteLength > (question.answerBytesMax ?? BYTES_MAX)) {
    reject(simError('NET_TOO_LARGE', 'The answer is over its limit.'))
  } else resolve(back.bytes)
}

const unreachable = () => simError('NET_UNREACHABLE', 'No connection to the peer could be made.')

function choose(fabric: SimFabric, peers: NodeId[], count: number): NodeId[] {
  const left = [...peers]
  return Array.from({ length: count }, () => left.splice(fabric.random.int(left.length), 1)).flat()
}
