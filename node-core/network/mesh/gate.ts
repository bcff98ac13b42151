/**
 * Who is in. A connection starts out greeting; its `hello` admits it or refuses it. Admission is the
 * peer's, because the peer's key is proven by the handshake below: every connection of an admitted
 * peer is admitted, and the peer is gone when its last connection has closed.
 */
import type { MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { VerifiedMember } from '../../identity/index.ts'

/** What the gate needs of a connection. */
export interface GateConnection {
  readonly id: string
  readonly remotePeer: { toString(): string }
}

export type Settlement =
  | { admitted: true; nodeId: NodeId }
  | { admitted: false; error: MyceliumError }

export interface AdmittedPeer<Connection> {
  nodeId: NodeId
  peerId: string
  member: VerifiedMember
  /** When it was admitted, by the monotonic clock. */
  sinceMs: number
  /** Open connections, oldest first; never empty. */
  connections: readonly Connection[]
  latencyMs: number | undefined
  /** When it last said anything, by the monotonic clock. */
  heardAtMs: number
}

export interface Gate<Connection extends GateConnection> {
  opened(connection: Connection): void
  /** Admits the connection's peer, or renews what is known of it. */
  admit(connection: Connection, member: VerifiedMember): void
  /** Settles a greeting that failed. The peer's own admission, if it has one, stands. */
  refuse(connection: Connection, error: MyceliumError): void
  /** Takes a peer's admission away; its connections are for the caller to close. */
  expel(nodeId: NodeId): readonly Connection[]
  closed(connection: Connection, error: MyceliumError): void
  /** Resolves when the connection's greeting has ended, one way or the other. */
  settled(connection: Connection): Promise<Settlement>
  isAdmitted(connection: Connection): boolean
  get(nodeId: NodeId): AdmittedPeer<Connection> | undefined
  peers(): AdmittedPeer<Connection>[]
  setLatency(nodeId: NodeId, latencyMs: number): void
  /** The peer has said something. */
  heard(nodeId: NodeId): void
  /** Connections that are not admitted, oldest first. */
  strangers(): Connection[]
}

export interface GateEvents<Connection> {
  up(peer: AdmittedPeer<Connection>): void
  down(nodeId: NodeId, peerId: string): void
  /** One connection of a peer closed while others stay. */
  fewer(peer: AdmittedPeer<Connection>): void
}

interface Peer<Connection> extends AdmittedPeer<Connection> {
  connections: Connection[]
}

interface Greeting<Connection> {
  connection: Connection
  result: PromiseWithResolvers<Settlement>
  settledAs: Settlement | undefined
}

export function createGate<Connection extends GateConnection>(
  events: GateEvents<Connection>,
  monotonicMs: () => number,
): Gate<Connection> {
  const greetings = new Map<string, Greeting<Connection>>()
  const byPeerId = new Map<string, Peer<Connection>>()
  const byNodeId = new Map<NodeId, Peer<Connection>>()

  const settle = (greeting: Greeting<Connection>, settlement: Settlement): void => {
    greeting.settledAs = settlement
    greeting.result.resolve(settlement)
  }
  const remove = (peer: Peer<Connection>): void => {
    byPeerId.delete(peer.peerId)
    byNodeId.delete(peer.nodeId)
    events.down(peer.nodeId, peer.peerId)
  }

  return {
    opened(connection) {
      const result = Promise.withResolvers<Settlement>()
      const greeting = { connection, result, settledAs: undefined }
      greetings.set(connection.id, greeting)
      const peer = byPeerId.get(connection.remotePeer.toString())
      if (!peer) return
      peer.connections.push(connection)
      settle(greeting, { admitted: true, nodeId: peer.nodeId })
    },
    admit(connection, member) {
      const greeting = greetings.get(connection.id)
      if (!greeting) return
      const peerId = connection.remotePeer.toString()
      const known = byPeerId.get(peerId)
      if (known) {
        known.member = member
        return
      }
      const siblings = [...greetings.values()].filter(
        (other) => other.connection.remotePeer.toString() === peerId,
      )
      const peer: Peer<Connection> = {
        nodeId: member.nodeId,
        peerId,
        member,
        sinceMs: monotonicMs(),
        connections: siblings.map((sibling) => sibling.connection),
        latencyMs: undefined,
        heardAtMs: monotonicMs(),
      }
      byPeerId.set(peerId, peer)
      byNodeId.set(member.nodeId, peer)
      for (const sibling of siblings) settle(sibling, { admitted: true, nodeId: member.nodeId })
      events.up(peer)
    },
    refuse(connection, error) {
      const greeting = greetings.get(connection.id)
      if (!greeting || byPeerId.has(connection.remotePeer.toString())) return
      settle(greeting, { admitted: false, error })
    },
    expel(nodeId) {
      const peer = byNodeId.get(nodeId)
      if (!peer) return []
      remove(peer)
      return peer.connections
    },
    closed(connection, error) {
      const greeting = greetings.get(connection.id)
      if (!greeting) return
      greetings.delete(connection.id)
      if (!greeting.settledAs) settle(greeting, { admitted: false, error })
      const peer = byPeerId.get(connection.remotePeer.toString())
      if (!peer) return
      peer.connections = peer.connections.filter((other) => other.id !== connection.id)
      if (peer.connections.length === 0) remove(peer)
      else events.fewer(peer)
    },
    async settled(connection) {
      const greeting = greetings.get(connection.id)
      if (greeting) return greeting.settledAs ?? greeting.result.promise
      throw new Error('A connection is settled only between its opening and its closing.')
    },
    isAdmitted: (connection) => byPeerId.has(connection.remotePeer.toString()),
    get: (nodeId) => byNodeId.get(nodeId),
    peers: () => [...byNodeId.values()],
    setLatency(nodeId, latencyMs) {
      const peer = byNodeId.get(nodeId)
      if (peer) peer.latencyMs = latencyMs
    },
    heard(nodeId) {
      const peer = byNodeId.get(nodeId)
      if (peer) peer.heardAtMs = monotonicMs()
    },
    strangers: () =>
      [...greetings.values()]
        .map((greeting) => greeting.connection)
        .filter((connection) => !byPeerId.has(connection.remotePeer.toString())),
  }
}
