/**
 * Connections out of the network, to hosts that a workload names: this node looks the name up, and dials in
 * the instance's place. What the name leads to is judged after it was looked up, so that nobody's name server
 * opens the home network.
 */
import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Duplex } from 'node:stream'
import { MyceliumError } from '../../base/errors/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import { type Ipv4Range, isShielded } from '../addresses/index.ts'
import { OUTSIDE_ADDRESSES_MAX, OUTSIDE_CONNECT_MS } from './limits.ts'

export interface Outside {
  /** For a workload of that owner. Throws OUTSIDE_SHIELDED, OUTSIDE_UNREACHABLE. */
  connect(host: string, port: number, owner: OwnerId | undefined): Promise<Duplex>
}

export type OutsideErrorCode =
  /** All that the name leads to is this computer or in its home network. */
  | 'OUTSIDE_SHIELDED'
  /** There is no such name, or nobody answers there. */
  | 'OUTSIDE_UNREACHABLE'

export interface OutsideDeps {
  /** Of this node: what it opened of the home network is opened to its own workloads. */
  owner: OwnerId
  opened: readonly Ipv4Range[]
  /** Addresses of a host. Default: as this computer knows them. */
  resolve?: (host: string) => Promise<string[]>
  /** Addresses of this computer, as they are now. Default: those of its interfaces. */
  own?: () => string[]
  /** Default: by TCP. */
  dial?: (address: string, port: number) => Promise<Duplex>
}

export function createOutside({
  owner: self,
  opened,
  resolve = resolveHere,
  own = ownAddresses,
  dial = dialTcp,
}: OutsideDeps): Outside {
  return {
    async connect(host, port, owner) {
      const found = await resolve(host).catch((cause: unknown) => {
        throw unreachable(`There is no host ${host}.`, cause)
      })
      const here = own()
      const open = found.filter((one) => !isShielded(one, owner === self ? opened : [], here))
      if (open.length === 0) {
        const message = `${host} is this computer or in its home network, or nowhere.`
        throw new MyceliumError<OutsideErrorCode>('OUTSIDE_SHIELDED', message)
      }
      let cause: unknown
      for (const address of open.slice(0, OUTSIDE_ADDRESSES_MAX)) {
        try {
          return await dial(address, port)
        } catch (error) {
          cause = error
        }
      }
      throw unreachable(`${host}:${port} does not answer.`, cause)
    },
  }
}

async function resolveHere(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, family: 4 })
  return found.map(({ address }) => address)
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((each = []) => each.map((one) => one.address))
}

function dialTcp(host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, allowHalfOpen: true })
    socket.setTimeout(OUTSIDE_CONNECT_MS, () => socket.destroy(new Error('No answer in time.')))
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.off('error', reject)
      resolve(socket)
    })
  })
}

function unreachable(message: string, cause: unknown): MyceliumError<OutsideErrorCode> {
  return new MyceliumError('OUTSIDE_UNREACHABLE', message, { cause })
}
