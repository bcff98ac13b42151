/** Ports that this node itself needs: one that work had taken would keep it from starting again. */
import { DEFAULT_PORTS } from './base/net/index.ts'
import type { NodeConfig } from './node-config.ts'

/** Of multiaddrs: both protocols, since a port that only QUIC has may get its TCP beside it. */
const PORT = /\/(?:tcp|udp)\/(\d+)/g

/** What the mesh listens on where nothing is said. */
export const LISTEN_DEFAULT: readonly string[] = [
  `/ip4/0.0.0.0/tcp/${DEFAULT_PORTS.mesh}`,
  `/ip4/0.0.0.0/udp/${DEFAULT_PORTS.mesh}/quic-v1`,
]

/** Those it picks itself at each start (0) are of no concern: another one does as well. */
export function ownPortsOf(
  config: Pick<NodeConfig, 'listen' | 'apiPort' | 'edgePort' | 'edgeTlsPort'>,
): ReadonlySet<number> {
  const mesh = (config.listen ?? LISTEN_DEFAULT).flatMap((address) =>
    [...address.matchAll(PORT)].map(([, port]) => Number(port)),
  )
  const { apiPort = DEFAULT_PORTS.api, edgePort = DEFAULT_PORTS.edge, edgeTlsPort = 0 } = config
  return new Set([...mesh, apiPort, edgePort, edgeTlsPort].filter((port) => port !== 0))
}
