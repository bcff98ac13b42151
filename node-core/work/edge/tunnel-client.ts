import type { Duplex } from 'node:stream'
import { MyceliumError } from '../../base/errors/index.ts'
import type { EdgeDeps, EdgeErrorCode, Endpoint } from './index.ts'
import { CONNECT_TIMEOUT_MS } from './limits.ts'
import { NetDuplex } from './net-duplex.ts'
import { parseTunnelAnswer, readFrame, TUNNEL_PROTOCOL, writeFrame } from './tunnel-messages.ts'

/** One connection to an endpoint on another node. Throws TUNNEL_REFUSED, TUNNEL_TIMEOUT, NET_…. */
export async function openTunnel(
  { net, clock }: Pick<EdgeDeps, 'net' | 'clock'>,
  endpoint: Endpoint,
): Promise<Duplex> {
  const stream = await net.openStream(endpoint.node, TUNNEL_PROTOCOL, {
    timeoutMs: CONNECT_TIMEOUT_MS,
  })
  const duplex = new NetDuplex(stream)
  try {
    const { workload, instance, containerPort } = endpoint
    writeFrame(duplex, { workload, instance, port: containerPort })
    const answer = parseTunnelAnswer(await readFrame(duplex, clock))
    if (!answer.ok) {
      throw new MyceliumError<EdgeErrorCode>(
        'TUNNEL_REFUSED',
        `The other node refused: ${answer.code}.`,
        {
          details: { reason: answer.code },
        },
      )
    }
    // What the tunnel said of itself is none of the endpoint's.
    duplex.bytesRead = 0
    return duplex
  } catch (error) {
    duplex.destroy()
    throw error
  }
}
