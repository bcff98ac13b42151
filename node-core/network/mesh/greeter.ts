/** Runs `hello` on both sides of a connection and settles it at the gate. */
import type { Connection, Stream } from '@libp2p/interface'
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { nodeIdOf, type VerifiedMember } from '../../identity/index.ts'
import { createDeadline, within } from './deadline.ts'
import { netError, refusalOf } from './errors.ts'
import type { Gate } from './gate.ts'
import { type Hello, hearHello, type Introduction, sayHello } from './hello.ts'
import { HELLO_TIMEOUT_MS } from './limits.ts'

export interface Greeter {
  /** Shows our credential on a connection and judges the answer. Settles it; never throws. */
  greet(connection: Connection): Promise<void>
  /** libp2p's stream handler for the peer that greets us. */
  hear(stream: Stream, connection: Connection): Promise<void>
}

export interface GreeterDeps {
  gate: Gate<Connection>
  protocol: string
  clock: Clock
  logger: Logger
  introduction(): Introduction
  /** Where an admitted peer says it can be dialled. */
  learn(peer: VerifiedMember['nodeId'], peerId: string, addresses: readonly string[]): void
  verify(credential: Uint8Array): VerifiedMember
  /** Cuts off a peer that was admitted and no longer is. */
  expel(peer: VerifiedMember['nodeId']): void
}

export function createGreeter(deps: GreeterDeps): Greeter {
  const { gate, protocol, clock, logger } = deps

  const admit = (connection: Connection, { credential, addresses }: Introduction): void => {
    const peer = nodeIdOfConnection(connection)
    try {
      const member = deps.verify(credential)
      // A certificate is no secret: only the key behind the connection may show it.
      if (member.nodeId !== peer) {
        throw new MyceliumError('CERTIFICATE_UNTRUSTED', 'The certificate is another node’s.')
      }
      deps.learn(peer, connection.remotePeer.toString(), addresses)
      gate.admit(connection, member)
    } catch (error) {
      if (gate.get(peer)) deps.expel(peer)
      throw error
    }
  }
  const judge = (connection: Connection, peer: Introduction): Hello => {
    try {
      admit(connection, peer)
      return deps.introduction()
    } catch (error) {
      const refused = refusalOf(error)
      gate.refuse(connection, netError(error, 'NET_REFUSED'))
      logger.info('A peer was not admitted.', {
        peer: connection.remotePeer.toString(),
        reason: refused,
      })
      return { refused }
    }
  }

  return {
    async greet(connection) {
      const deadline = createDeadline(clock, HELLO_TIMEOUT_MS)
      const { signal } = deadline
      try {
        const stream = await connection.newStream(protocol, { signal })
        const answer = sayHello(stream, deps.introduction())
        admit(connection, await within(signal, answer, (reason) => stream.abort(reason)))
      } catch (cause) {
        const error = signal.aborted ? signal.reason : helloError(cause)
        logger.debug('A greeting failed.', {
          peer: connection.remotePeer.toString(),
          reason: error.code,
        })
        gate.refuse(connection, error)
      } finally {
        deadline.clear()
      }
    },
    async hear(stream, connection) {
      const deadline = createDeadline(clock, HELLO_TIMEOUT_MS)
      try {
        const hearing = hearHello(stream, (peer) => judge(connection, peer))
        await within(deadline.signal, hearing)
      } catch (cause) {
        const error = netError(cause, 'NET_REFUSED')
        gate.refuse(connection, error)
        stream.abort(error)
      } finally {
        deadline.clear()
      }
    },
  }
}

export function nodeIdOfConnection(connection: Connection): VerifiedMember['nodeId'] {
  const key = connection.remotePeer.publicKey
  if (key) return nodeIdOf(key.raw)
  throw new MyceliumError('IDENTITY_MALFORMED', 'The peer’s id does not hold its key.')
}

/** The hello's id carries the network: whoever does not know it is in another one. */
function helloError(cause: unknown): MyceliumError {
  if (cause instanceof Error && cause.name === 'UnsupportedProtocolError') {
    return new MyceliumError('WRONG_NETWORK', 'The peer belongs to another network.', { cause })
  }
  return netError(cause, 'NET_REFUSED')
}
