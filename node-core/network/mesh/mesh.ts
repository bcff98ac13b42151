/** The face of the mesh over its parts, and the life of its libp2p host. */
import { networkInterfaces } from 'node:os'
import type { Connection } from '@libp2p/interface'
import { MyceliumError } from '../../base/errors/index.ts'
import { nodeIdOf, peerIdOf } from '../../identity/index.ts'
import { addressesOf, pathTo } from './addresses.ts'
import { netError, stopped } from './errors.ts'
import type { AdmittedPeer } from './gate.ts'
import { nodeIdOfConnection } from './greeter.ts'
import { createMemberHost, type MemberHost, startHost } from './host.ts'
import type { Mesh, MeshDeps, MeshOptions, MeshPeer } from './index.ts'
import { askToJoin } from './join-door.ts'
import {
  ADDRESSES_PER_PEER_MAX,
  CONNECTIONS_PER_PEER_MAX,
  PEERS_DEFAULT,
  STRANGERS_MAX,
} from './limits.ts'
import { pickConnection } from './links.ts'
import { bridgesOf, toldAddresses } from './own-addresses.ts'
import { createParts, type MeshParts } from './parts.ts'
import { pingConnection } from './pinging.ts'
import { createServing } from './serving.ts'
import { openNetStream } from './streams.ts'

export function createMesh(deps: MeshDeps, options: MeshOptions): Mesh {
  const { nodeKey, networkId, clock, logger } = deps
  const prefix = `/mycelium/${networkId}/`
  let running: MemberHost | undefined
  const chosen = [...options.listen, ...(options.announce ?? [])]
  const addresses = (): string[] =>
    toldAddresses(running?.getMultiaddrs() ?? [], {
      ...{ chosen, bridges: bridgesOf(networkInterfaces()), max: ADDRESSES_PER_PEER_MAX },
    }).map(String)
  const peersMax = options.peersMax ?? PEERS_DEFAULT
  const settings = { prefix, peersMax, addresses, running: () => running }
  const parts = createParts(deps, settings)
  const serving = createServing(prefix, parts, logger)

  return {
    self: nodeIdOf(nodeKey.publicKey),
    peerId: peerIdOf(nodeKey.publicKey),
    addresses,
    ...peersOf(parts, deps),
    request: parts.requests.request,
    onRequest: parts.requests.onRequest,
    onStream: serving.onStream,
    openStream: (node, protocol, streamOptions) =>
      openNetStream(
        clock,
        (signal) => parts.links.to(node, signal),
        prefix + protocol,
        streamOptions,
      ),
    publish: parts.gossip.publish,
    subscribe: parts.gossip.subscribe,
    onNearby: parts.nearby.subscribe,
    onJoin: parts.joinDoor.serve,
    async askToJoin(address, body, { signal } = {}) {
      if (!running) throw stopped()
      return askToJoin(running, clock, address, body, signal)
    },
    async start() {
      if (running) return
      running = await makeHost(deps, options, parts, peersMax)
      try {
        await serving.start(running)
        await startHost(running, options.listen)
      } catch (error) {
        running = undefined
        serving.stop()
        throw error
      }
      const leftOut = running.getMultiaddrs().length - addresses().length
      if (leftOut > 0) {
        logger.info('This computer has more addresses than others are told of.', {
          ...{ leftOut, told: addresses() },
        })
      }
      parts.gossip.attach(running.services.gossip)
      parts.keeper.start()
      parts.nearby.start()
    },
    async stop() {
      const stopping = running
      running = undefined
      serving.stop()
      parts.gossip.detach()
      await parts.nearby.stop()
      await parts.keeper.stop()
      await parts.renewing.stop()
      await stopping?.stop()
      for (const peer of parts.gate.peers()) parts.expel(peer.nodeId)
    },
  }
}

type PeerMethods = Pick<
  Mesh,
  | 'peers'
  | 'heardAtMs'
  | 'connected'
  | 'onPeer'
  | 'connect'
  | 'disconnect'
  | 'ping'
  | 'learn'
  | 'recheck'
  | 'renew'
>

/** What the mesh says of its peers and does with them. */
function peersOf(parts: MeshParts, { clock, random }: MeshDeps): PeerMethods {
  const { gate, links, book, keeper, renewing, peerListeners } = parts
  const describe = (peer: AdmittedPeer<Connection>): MeshPeer => {
    const connection = pickConnection(peer.connections)
    const known = book.get(peer.nodeId)?.addresses ?? []
    return {
      id: peer.nodeId,
      peerId: peer.peerId,
      addresses: addressesOf(peer.peerId, known).map(String),
      path: connection ? pathTo(connection.remoteAddr) : 'direct',
      latencyMs: peer.latencyMs,
      member: peer.member,
    }
  }
  return {
    peers: () => gate.peers().map((peer) => peer.nodeId),
    heardAtMs: (peer) => gate.get(peer)?.heardAtMs,
    connected: () => gate.peers().map(describe),
    onPeer(listener) {
      peerListeners.add(listener)
      return () => peerListeners.delete(listener)
    },
    connect: (address, { signal } = {}) => links.connect([address].flat(), signal),
    async disconnect(node) {
      parts.expel(node)
    },
    async ping(node, options) {
      const connection = pickConnection(gate.get(node)?.connections ?? [])
      if (!connection) throw new MyceliumError('NET_UNREACHABLE', 'The peer is not connected.')
      const roundTripMs = await pingConnection(connection, clock, random, options)
      gate.setLatency(node, roundTripMs)
      return roundTripMs
    },
    learn(node, publicKey, addresses) {
      if (nodeIdOf(publicKey) === node) book.learn(node, peerIdOf(publicKey), addresses)
    },
    recheck: keeper.recheck,
    renew: renewing.renew,
  }
}

async function makeHost(
  { nodeKey, logger }: MeshDeps,
  options: MeshOptions,
  parts: MeshParts,
  peersMax: number,
): Promise<MemberHost> {
  const { gate, keeper, book, greeter } = parts
  const settings = {
    keySeed: nodeKey.seed,
    listen: options.listen,
    announce: options.announce ?? [],
    connectionsMax: peersMax * CONNECTIONS_PER_PEER_MAX + STRANGERS_MAX,
    guard: parts.guard,
    logger,
  }
  const nearby = options.mdns === false ? undefined : parts.nearby.receive
  const host = await createMemberHost(settings, parts.attendance, nearby)
  host.addEventListener('connection:open', ({ detail: connection }) => {
    gate.opened(connection)
    keeper.watch(connection)
    if (connection.direction !== 'outbound') return
    const { remotePeer, remoteAddr } = connection
    book.reached(nodeIdOfConnection(connection), remotePeer.toString(), remoteAddr.toString())
    void greeter.greet(connection)
  })
  host.addEventListener('connection:close', ({ detail }) => {
    gate.closed(detail, netError(undefined, 'NET_UNREACHABLE'))
  })
  return host
}
