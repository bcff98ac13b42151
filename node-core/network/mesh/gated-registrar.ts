/**
 * What a libp2p service sees of the registrar: admitted peers only. A stream that comes before its
 * connection's `hello` is settled is held, unread, until it is; a stranger's is reset.
 */
import type { GossipSubComponents } from '@libp2p/gossipsub'
import type { Connection, Stream, StreamHandler, Topology } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { MyceliumError } from '../../base/errors/index.ts'
import type { AdmittedPeer, Gate } from './gate.ts'
import { HELD_STREAMS_MAX } from './limits.ts'

export type Registrar = GossipSubComponents['registrar']

/** Runs `handler` for streams of admitted peers. */
export type Doorman = (handler: StreamHandler) => StreamHandler

export function createDoorman(gate: Gate<Connection>): Doorman {
  const held = new Map<string, number>()

  const admit = async (stream: Stream, connection: Connection): Promise<boolean> => {
    if (gate.isAdmitted(connection)) return true
    const waiting = held.get(connection.id) ?? 0
    if (waiting >= HELD_STREAMS_MAX || connection.status !== 'open') return false
    held.set(connection.id, waiting + 1)
    try {
      if (stream.readStatus === 'readable') stream.pause()
      const { admitted } = await gate.settled(connection)
      if (stream.readStatus === 'paused') stream.resume()
      return admitted
    } finally {
      const left = (held.get(connection.id) ?? 1) - 1
      if (left === 0) held.delete(connection.id)
      else held.set(connection.id, left)
    }
  }
  return (handler) => async (stream, connection) => {
    if (await admit(stream, connection)) await handler(stream, connection)
    else stream.abort(new MyceliumError('NET_REFUSED', 'The peer is not a member.'))
  }
}

/** Tells services of peers that were let in, in place of libp2p's own registrar. */
export interface Attendance {
  /** The peer is in, or has another connection than the one a service knew. */
  present(peer: AdmittedPeer<Connection>): void
  gone(peerId: string): void
  registrar(real: Registrar): Registrar
}

export function createAttendance(doorman: Doorman, onError: (error: unknown) => void): Attendance {
  const topologies = new Map<string, Topology>()
  const each = (visit: (topology: Topology) => void | Promise<void> | undefined): void => {
    // A service registers one topology under each version of its protocol.
    for (const topology of new Set(topologies.values())) {
      Promise.resolve(visit(topology)).catch(onError)
    }
  }
  let registered = 0
  return {
    present(peer) {
      const connection = peer.connections.find((open) => open.status === 'open')
      if (connection) each((topology) => topology.onConnect?.(connection.remotePeer, connection))
    },
    gone: (peerId) => each((topology) => topology.onDisconnect?.(peerIdFromString(peerId))),
    registrar: (real) => ({
      handle: (protocol, handler, options) => real.handle(protocol, doorman(handler), options),
      unhandle: (protocol, options) => real.unhandle(protocol, options),
      getProtocols: () => real.getProtocols(),
      getHandler: (protocol) => real.getHandler(protocol),
      use: (protocol, middleware) => real.use(protocol, middleware),
      unuse: (protocol) => real.unuse(protocol),
      getMiddleware: (protocol) => real.getMiddleware(protocol),
      async register(_protocol, topology) {
        registered += 1
        const id = `attendance-${registered}`
        topologies.set(id, topology)
        return id
      },
      unregister: (id) => topologies.delete(id),
      getTopologies: () => [...topologies.values()],
    }),
  }
}
