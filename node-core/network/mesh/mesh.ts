/** The parts of the mesh, put together over one libp2p host. */
import type { Connection, StreamHandler as RawStreamHandler } from '@libp2p/interface'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { nodeIdOf, peerIdOf } from '../../identity/index.ts'
import { addressesOf, pathTo } from './addresses.ts'
import { createAddressBook } from './book.ts'
import { netError, stopped } from './errors.ts'
import { type AdmittedPeer, createGate } from './gate.ts'
import { createAttendance, createDoorman } from './gated-registrar.ts'
import { createGossip } from './gossip.ts'
import { createGreeter, nodeIdOfConnection } from './greeter.ts'
import { createGuard } from './guard.ts'
import { createMemberHost, type MemberHost, startHost } from './host.ts'
import type { Mesh, MeshDeps, MeshOptions, MeshPeer } from './index.ts'
import { askToJoin, createJoinDoor, JOIN_PROTOCOL } from './join-door.ts'
import { createKeeper } from './keeper.ts'
import {
  ADDRESSES_PER_PEER_MAX,
  CHANNELS_PER_CONNECTION_MAX,
  CONNECTIONS_PER_PEER_MAX,
  GOSSIP_REATTACH_MS,
  JOIN_STREAMS_MAX,
  PEERS_DEFAULT,
  PEERS_OVER_MAX,
  STRANGERS_MAX,
  STREAMS_PER_PROTOCOL_MAX,
} from './limits.ts'
import { createLinks, pickConnection } from './links.ts'
import { createNearby } from './nearby.ts'
import { pingConnection } from './pinging.ts'
import { createRequests } from './requests.ts'
import { openNetStream, type StreamHandler, wrapStream } from './streams.ts'

type PeerListener = (peer: NodeId, change: 'up' | 'down') => void

export function createMesh(deps: MeshDeps, options: MeshOptions): Mesh {
  const { nodeKey, networkId, clock, random, logger } = deps
  const prefix = `/mycelium/${networkId}/`
  const self = nodeIdOf(nodeKey.publicKey)
  const peerId = peerIdOf(nodeKey.publicKey)
  const peersMax = options.peersMax ?? PEERS_DEFAULT
  const monotonicMs = (): number => clock.monotonicMs()
  const peerListeners = new Set<PeerListener>()
  const streamHandlers = new Map<string, StreamHandler>()
  let running: MemberHost | undefined

  const addresses = (): string[] => running?.getMultiaddrs().map(String) ?? []
  const host = (): MemberHost => {
    if (running) return running
    throw stopped()
  }
  const tell: PeerListener = (peer, change) => {
    for (const listener of peerListeners) listener(peer, change)
  }
  const gate = createGate<Connection>({ up: onUp, down: onDown, fewer: onFewer }, monotonicMs)
  const doorman = createDoorman(gate)
  const attendance = createAttendance(doorman, (error) => {
    logger.debug('A libp2p service failed on a peer.', { reason: messageOf(error) })
  })
  const guard = createGuard(monotonicMs)
  const book = createAddressBook()
  const gossip = createGossip({ prefix, clock, onBlame })
  const joinDoor = createJoinDoor(clock, logger)
  const nearby = createNearby({
    clock,
    logger,
    selfPeerId: peerId,
    isAlone: () => gate.peers().length === 0,
  })
  const greeter = createGreeter({
    ...deps,
    gate,
    protocol: `${prefix}hello/1`,
    introduction: () => ({
      credential: deps.credential(),
      addresses: addresses().slice(0, ADDRESSES_PER_PEER_MAX),
    }),
    learn: book.learn,
    expel,
  })
  const links = createLinks({ gate, greeter, book, clock, host })
  const requests = createRequests({
    clock,
    channelProtocol: `${prefix}ask/1`,
    connectionTo: links.to,
    isAdmitted: (node) => gate.get(node) !== undefined,
  })
  const keeper = createKeeper({
    ...deps,
    self,
    peersMax,
    gate,
    greeter,
    expel,
    reattach: (peer) => attendance.present(peer),
  })

  function onUp(peer: AdmittedPeer<Connection>): void {
    attendance.present(peer)
    void keeper.measure(peer)
    tell(peer.nodeId, 'up')
    keeper.giveUpSurplus(PEERS_OVER_MAX)
  }
  function onDown(nodeId: NodeId, gonePeerId: string): void {
    requests.forget(nodeId)
    attendance.gone(gonePeerId)
    tell(nodeId, 'down')
  }
  function onFewer(peer: AdmittedPeer<Connection>): void {
    clock.timer(GOSSIP_REATTACH_MS, () => {
      const still = gate.get(peer.nodeId)
      if (running && still) attendance.present(still)
    })
  }
  function onBlame(blamed: string): void {
    guard.banish(blamed)
    const peer = gate.peers().find((other) => other.peerId === blamed)
    logger.warn('A peer sends rubbish and is kept away.', { node: peer?.nodeId })
    if (peer) expel(peer.nodeId)
  }
  function expel(node: NodeId): void {
    for (const connection of gate.expel(node)) {
      connection.close().catch((error: Error) => connection.abort(error))
    }
  }
  function onConnection(connection: Connection): void {
    gate.opened(connection)
    keeper.watch(connection)
    if (connection.direction !== 'outbound') return
    book.reached(
      nodeIdOfConnection(connection),
      connection.remotePeer.toString(),
      connection.remoteAddr.toString(),
    )
    void greeter.greet(connection)
  }
  const serve = (target: MemberHost, protocol: string, handler: RawStreamHandler, max: number) => {
    const limits = { maxInboundStreams: max, maxOutboundStreams: STREAMS_PER_PROTOCOL_MAX }
    return target.handle(protocol, handler, { ...limits, force: true })
  }
  const serveStreams = (target: MemberHost, protocol: string): Promise<void> =>
    serve(
      target,
      prefix + protocol,
      doorman((stream, connection) => {
        const handler = streamHandlers.get(protocol)
        if (!handler) throw new MyceliumError('NET_REFUSED', 'Nobody here speaks this protocol.')
        handler(wrapStream(stream, connection), nodeIdOfConnection(connection))
      }),
      STREAMS_PER_PROTOCOL_MAX,
    )
  const serveAll = async (target: MemberHost): Promise<void> => {
    await serve(target, `${prefix}hello/1`, greeter.hear, 1)
    await serve(
      target,
      `${prefix}ask/1`,
      doorman((stream, connection) => requests.serve(stream, nodeIdOfConnection(connection))),
      CHANNELS_PER_CONNECTION_MAX,
    )
    await serve(
      target,
      JOIN_PROTOCOL,
      (stream, connection) => {
        keeper.spoke(connection)
        return joinDoor.open(stream, connection)
      },
      JOIN_STREAMS_MAX,
    )
    for (const protocol of streamHandlers.keys()) await serveStreams(target, protocol)
  }
  const describe = (peer: AdmittedPeer<Connection>): MeshPeer => {
    const connection = pickConnection(peer.connections) ?? peer.connections[0]
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
    self,
    peerId,
    addresses,
    peers: () => gate.peers().map((peer) => peer.nodeId),
    connected: () => gate.peers().map(describe),
    onPeer(listener) {
      peerListeners.add(listener)
      return () => peerListeners.delete(listener)
    },
    connect: (address, { signal } = {}) => links.connect([address].flat(), signal),
    async disconnect(node) {
      expel(node)
    },
    async ping(node, pingOptions) {
      const connection = pickConnection(gate.get(node)?.connections ?? [])
      if (!connection) throw new MyceliumError('NET_UNREACHABLE', 'The peer is not connected.')
      const roundTripMs = await pingConnection(connection, clock, random, pingOptions)
      gate.setLatency(node, roundTripMs)
      return roundTripMs
    },
    learn(node, publicKey, addresses) {
      if (nodeIdOf(publicKey) === node) book.learn(node, peerIdOf(publicKey), addresses)
    },
    recheck: keeper.recheck,
    request: requests.request,
    onRequest: requests.onRequest,
    openStream: (node, protocol, streamOptions) =>
      openNetStream(clock, (signal) => links.to(node, signal), prefix + protocol, streamOptions),
    onStream(protocol, handler) {
      streamHandlers.set(protocol, handler)
      if (running) serveStreams(running, protocol).catch(reportServing)
      return () => {
        if (streamHandlers.get(protocol) !== handler) return
        streamHandlers.delete(protocol)
        running?.unhandle(prefix + protocol).catch(reportServing)
      }
    },
    publish: gossip.publish,
    subscribe: gossip.subscribe,
    onNearby: nearby.subscribe,
    onJoin: joinDoor.serve,
    askToJoin: (address, body, { signal } = {}) => askToJoin(host(), clock, address, body, signal),
    async start() {
      if (running) return
      const settings = {
        keySeed: nodeKey.seed,
        listen: options.listen,
        announce: options.announce ?? [],
        connectionsMax: peersMax * CONNECTIONS_PER_PEER_MAX + STRANGERS_MAX,
        gater: guard,
        logger,
      }
      const wantsNearby = options.mdns !== false
      const made = await createMemberHost(
        settings,
        attendance,
        wantsNearby ? nearby.receive : undefined,
      )
      made.addEventListener('connection:open', ({ detail }) => onConnection(detail))
      made.addEventListener('connection:close', ({ detail }) =>
        gate.closed(detail, netError(undefined, 'NET_UNREACHABLE')),
      )
      await serveAll(made)
      running = made
      try {
        await startHost(made, options.listen)
      } catch (error) {
        running = undefined
        throw error
      }
      gossip.attach(made.services.gossip)
      keeper.start()
      nearby.start()
    },
    async stop() {
      const stopping = running
      running = undefined
      gossip.detach()
      await nearby.stop()
      await keeper.stop()
      await stopping?.stop()
      for (const node of gate.peers()) expel(node.nodeId)
    },
  }
  function reportServing(error: unknown): void {
    logger.error('A protocol could not be served.', { reason: messageOf(error) })
  }
}
