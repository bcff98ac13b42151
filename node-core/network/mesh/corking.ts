/**
 * One write to a TCP socket for everything that one turn of this thread sends. libp2p hands Noise's
 * length, its ciphertext and each frame of the muxer to the socket one by one, and each would be a
 * system call and a packet of its own: half of what a busy leader of the committee did.
 */
import { Socket } from 'node:net'
import type { ConnectionEncrypter } from '@libp2p/interface'

/** The encrypter is the first part that is given a raw connection. */
export function corking<Components, Extensions>(
  create: (components: Components) => ConnectionEncrypter<Extensions>,
): (components: Components) => ConnectionEncrypter<Extensions> {
  return (components) => {
    const encrypter = create(components)
    const { secureInbound, secureOutbound } = encrypter
    return Object.assign(encrypter, {
      secureInbound: ((connection, options) => {
        corkSocketOf(connection)
        return secureInbound.call(encrypter, connection, options)
      }) satisfies typeof secureInbound,
      secureOutbound: ((connection, options) => {
        corkSocketOf(connection)
        return secureOutbound.call(encrypter, connection, options)
      }) satisfies typeof secureOutbound,
    })
  }
}

/** Connections without a socket (QUIC) have frames of their own. */
function corkSocketOf(connection: object): void {
  const socket: unknown = Reflect.get(connection, 'socket')
  if (socket instanceof Socket) corkEachTurn(socket)
}

/** A cork changes neither the order of bytes nor what `write` answers about back-pressure. */
export function corkEachTurn(socket: Socket): void {
  const write = socket.write.bind(socket)
  let corked = false
  const uncork = (): void => {
    corked = false
    socket.uncork()
  }
  const writeCorked = (...args: Parameters<typeof write>): boolean => {
    if (!corked) {
      corked = true
      socket.cork()
      // After all promises of this turn have run.
      process.nextTick(uncork)
    }
    return write(...args)
  }
  Object.assign(socket, { write: writeCorked })
}
