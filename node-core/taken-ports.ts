/**
 * Whether a node can have its ports, asked before it starts: each part would find its own taken only as it is
 * reached, seconds after the one before, so that a second node on a computer failed three times.
 */
import { createServer } from 'node:net'
import { MyceliumError } from './base/errors/index.ts'
import { DEFAULT_PORTS } from './base/net/index.ts'
import type { NodeConfig } from './node-config.ts'
import { LISTEN_DEFAULT } from './own-ports.ts'

type Asked = Pick<NodeConfig, 'listen' | 'apiPort' | 'edgePort' | 'edgeHost'>

interface OwnPort {
  of: 'API' | 'edge' | 'mesh'
  host: string
  port: number
}

/** The same in `config.toml` and as a flag of `mycelium up`. */
const CHANGED_BY = {
  API: { key: 'port under [api]', flag: '--api-port' },
  edge: { key: 'port under [edge]', flag: '--edge-port' },
  mesh: { key: 'listen under [network]', flag: '--listen' },
} as const

/** Of multiaddrs. Of QUIC a port is not asked: where it cannot be loaded none is needed. */
const TCP = /^\/ip[46]\/([^/]+)\/tcp\/(\d+)/

/**
 * Throws PORT_TAKEN naming every port that others have, where one of them is needed at once.
 *
 * @param isInNetwork Without a network only the API listens.
 */
export async function mustHavePorts(config: Asked, isInNetwork: boolean): Promise<void> {
  const found = await Promise.all(
    portsOf(config).map(async (one) => ((await isTaken(one)) ? [one] : [])),
  )
  const taken = found.flat()
  const needed = taken.filter(({ of }) => isInNetwork || of === 'API')
  if (needed.length === 0) return
  const which = taken.map(({ of, port }) => `${port} (${of})`).join(', ')
  const parts = [...new Set(taken.map(({ of }) => of))].map((of) => CHANGED_BY[of])
  const keys = parts.map(({ key }) => key).join(', ')
  const flags = parts.map(({ flag }) => flag).join(', ')
  const [are, them] = taken.length === 1 ? ['Port', 'it'] : ['Ports', 'them']
  throw new MyceliumError(
    'PORT_TAKEN',
    `${are} ${which} ${taken.length === 1 ? 'is' : 'are'} taken by another program. End what has ${them}, or ` +
      `choose others (0: any free one): ${flags}; in config.toml: ${keys}.`,
    { details: { ports: taken.map(({ port }) => port) } },
  )
}

function portsOf(config: Asked): OwnPort[] {
  const { apiPort = DEFAULT_PORTS.api, edgePort = DEFAULT_PORTS.edge } = config
  const mesh = (config.listen ?? LISTEN_DEFAULT).flatMap((address): OwnPort[] => {
    const [, host, port] = TCP.exec(address) ?? []
    return host === undefined ? [] : [{ of: 'mesh', host, port: Number(port) }]
  })
  const own: OwnPort[] = [
    { of: 'API', host: '127.0.0.1', port: apiPort },
    { of: 'edge', host: config.edgeHost ?? '127.0.0.1', port: edgePort },
    ...mesh,
  ]
  return own.filter(({ port }) => port !== 0)
}

/** What else is wrong with an address, the part that listens there says. */
function isTaken({ host, port }: OwnPort): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'EADDRINUSE'))
    server.listen(port, host, () => server.close(() => resolve(false)))
  })
}
