/** Two nodes with one key: each is heard by one side of the others, and hears that side alone. */
import { MyceliumError } from '../../node-core/base/errors/index.ts'
import type {
  MessageLimits,
  Net,
  NetErrorCode,
  NetStream,
  NodeId,
  RequestHandler,
} from '../../node-core/base/net/index.ts'

/** One end of the network, made two. */
export function forkNet(net: Net, isLeft: (peer: NodeId) => boolean): [Net, Net] {
  const sides = [createSide(), createSide()] as const
  const sideOf = (peer: NodeId): Side => sides[isLeft(peer) ? 0 : 1]
  const handler =
    (protocol: string): RequestHandler =>
    (body, peer) => {
      const answer = sideOf(peer).requests.get(protocol)
      if (!answer) throw new MyceliumError('NET_REFUSED', 'The twin does not speak it.')
      return answer(body, peer)
    }
  const accept =
    (protocol: string) =>
    (stream: NetStream, peer: NodeId): void => {
      const take = sideOf(peer).streams.get(protocol)
      if (take) take(stream, peer)
      else stream.abort(new Error('The twin does not speak it.'))
    }
  const half = (side: Side): Net => ({
    ...net,
    peers: () => net.peers().filter((peer) => sideOf(peer) === side),
    onPeer: (listener) =>
      net.onPeer((peer, change) => {
        if (sideOf(peer) === side) listener(peer, change)
      }),
    async request(peer, protocol, body, options) {
      if (sideOf(peer) !== side) throw unreachable()
      return net.request(peer, protocol, body, options)
    },
    async openStream(peer, protocol, options) {
      if (sideOf(peer) !== side) throw unreachable()
      return net.openStream(peer, protocol, options)
    },
    onRequest(protocol: string, answer: RequestHandler, limits?: MessageLimits) {
      side.requests.set(protocol, answer)
      net.onRequest(protocol, handler(protocol), limits)
      return () => side.requests.delete(protocol)
    },
    onStream(protocol, take) {
      side.streams.set(protocol, take)
      net.onStream(protocol, accept(protocol))
      return () => side.streams.delete(protocol)
    },
  })
  return [half(sides[0]), half(sides[1])]
}

interface Side {
  readonly requests: Map<string, RequestHandler>
  readonly streams: Map<string, (stream: NetStream, peer: NodeId) => void>
}

const createSide = (): Side => ({ requests: new Map(), streams: new Map() })

function unreachable(): MyceliumError<NetErrorCode> {
  return new MyceliumError('NET_UNREACHABLE', 'The other twin speaks to it.')
}
