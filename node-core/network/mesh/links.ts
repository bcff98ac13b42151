/** From a node's id or address to a connection that is admitted. */
import type { Connection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { addressesOf, parseAddress, readAddress } from './addresses.ts'
import type { AddressBook } from './book.ts'
import { createDeadline, within } from './deadline.ts'
import { netError } from './errors.ts'
import type { Gate } from './gate.ts'
import type { Greeter } from './greeter.ts'
import type { MemberHost } from './host.ts'
import { DIAL_PAUSE_MS, DIAL_TIMEOUT_MS } from './limits.ts'

export interface Links {
  /** An admitted connection to the node, dialled if there is none. */
  to(node: NodeId, signal: AbortSignal): Promise<Connection>
  /** One more connection to a node, whether or not there is one. Throws NET_UNREACHABLE. */
  beside(node: NodeId, signal: AbortSignal): Promise<void>
  /** Dials a peer's addresses and waits to be admitted. */
  connect(addresses: readonly string[], signal?: AbortSignal): Promise<NodeId>
}

export interface LinksDeps {
  gate: Gate<Connection>
  greeter: Greeter
  book: AddressBook
  clock: Clock
  /** Throws MESH_STOPPED. */
  host(): MemberHost
}

export function createLinks({ gate, greeter, book, clock, host }: LinksDeps): Links {
  const failedAtMs = new Map<NodeId, number>()

  const enter = async (
    addresses: Multiaddr[],
    signal: AbortSignal,
    force = false,
  ): Promise<NodeId> => {
    const connection = await dial(addresses, signal, force)
    // It may be one that the other side had opened, to ask how to join.
    if (connection.direction === 'inbound' && !gate.isAdmitted(connection)) {
      void greeter.greet(connection)
    }
    const settlement = await within(signal, gate.settled(connection))
    if (settlement.admitted) return settlement.nodeId
    await connection.close().catch((error: Error) => connection.abort(error))
    throw settlement.error
  }
  const dial = async (
    addresses: Multiaddr[],
    signal: AbortSignal,
    force: boolean,
  ): Promise<Connection> => {
    const running = host()
    try {
      return await within(signal, running.dial(addresses, { signal, force }))
    } catch (cause) {
      if (signal.aborted) throw signal.reason
      throw new MyceliumError('NET_UNREACHABLE', 'No connection to the peer could be made.', {
        cause,
      })
    }
  }
  const dialKnown = async (node: NodeId, signal: AbortSignal): Promise<void> => {
    const known = book.get(node)
    const nowMs = clock.monotonicMs()
    const pausing = nowMs - (failedAtMs.get(node) ?? -DIAL_PAUSE_MS) < DIAL_PAUSE_MS
    if (!known || known.addresses.length === 0 || pausing) {
      throw new MyceliumError('NET_UNREACHABLE', 'The node cannot be reached now.')
    }
    try {
      await enter(addressesOf(known.peerId, known.addresses), signal)
      failedAtMs.delete(node)
    } catch (error) {
      // Set when the dial ended, so that a slow one is not tried again at once.
      failedAtMs.set(node, clock.monotonicMs())
      throw error
    }
  }

  return {
    async to(node, signal) {
      if (!gate.get(node)) await dialKnown(node, signal)
      const connection = pickConnection(gate.get(node)?.connections ?? [])
      if (connection) return connection
      throw new MyceliumError('NET_UNREACHABLE', 'The connection to the peer was lost.')
    },
    async beside(node, signal) {
      const known = book.get(node)
      const addresses = known ? addressesOf(known.peerId, known.addresses) : []
      if (addresses.length === 0) {
        throw new MyceliumError('NET_UNREACHABLE', 'No address of the node is known.')
      }
      await enter(addresses, signal, true)
    },
    async connect(addresses, signal) {
      const readable = addresses.flatMap((address) => readAddress(address) ?? [])
      const targets = readable.length > 0 ? readable : [parseAddress(addresses[0] ?? '')]
      const deadline = createDeadline(clock, DIAL_TIMEOUT_MS, signal)
      try {
        return await enter(targets, deadline.signal)
      } catch (cause) {
        if (deadline.signal.aborted && !signal?.aborted) {
          throw new MyceliumError('NET_UNREACHABLE', 'The address did not answer in time.', {
            cause,
          })
        }
        throw netError(cause, 'NET_UNREACHABLE')
      } finally {
        deadline.clear()
      }
    },
  }
}

/** TCP before QUIC, and the newest: an older one may be dead without knowing. */
export function pickConnection(connections: readonly Connection[]): Connection | undefined {
  const open = connections.filter((connection) => connection.status === 'open')
  return open.findLast((connection) => connection.multiplexer !== 'quic') ?? open.at(-1)
}
