/**
 * Whether a container listens at a port, asked in its own network. The engine's port proxy on loopback
 * accepts for whoever does not listen yet, and on a busy computer it is late to drop the connection.
 */
import { BlockList, connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { LISTENING_MS } from './limits.ts'

/** Undefined where this computer cannot tell. */
export function listensAt(address: string, port: number): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    // Of an engine in a virtual machine it could be anybody's address in the network at home.
    if (!isOnBridge(address)) return resolve(undefined)
    const socket = connect({ host: address, port, timeout: LISTENING_MS })
    const answer = (listens: boolean | undefined): void => {
      socket.destroy()
      resolve(listens)
    }
    socket.once('connect', () => answer(true))
    socket.once('timeout', () => answer(undefined))
    socket.once('error', (error: NodeJS.ErrnoException) => {
      answer(error.code === 'ECONNREFUSED' ? false : undefined)
    })
  })
}

/** Whether an interface of this computer that is no gateway to others has the address's network. */
function isOnBridge(address: string): boolean {
  return Object.entries(networkInterfaces()).some(([name, own = []]) => {
    if (!BRIDGE.test(name)) return false
    return own.some(({ family, cidr }) => {
      const [first = '', bits] = cidr?.split('/') ?? []
      if (family !== 'IPv4' || bits === undefined) return false
      const network = new BlockList()
      network.addSubnet(first, Number(bits))
      return network.check(address)
    })
  })
}

/** As Docker and Podman name theirs, and as this node does. */
const BRIDGE = /^(docker|br-|podman|myc)/
