/** `peers/1`: whom do you know? The answer is addresses that end in the id of their peer. */
import { decode, encode } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { peerIdAtEnd } from './dial-plan.ts'
import type { DiscoveryMesh } from './index.ts'
import { EXCHANGE_BYTES_MAX, EXCHANGE_PEERS_MAX, EXCHANGE_TIMEOUT_MS } from './limits.ts'
import { parseAddresses } from './peer-cache.ts'

export const EXCHANGE_PROTOCOL = 'peers/1'

export function encodeExchange(peers: readonly (readonly string[])[]): Uint8Array {
  return encode({ version: 1, peers: peers.slice(0, EXCHANGE_PEERS_MAX) })
}

/** Throws the codec's codes; what is not an address of a named peer is left out. */
export function parseExchange(bytes: Uint8Array): string[][] {
  const value = decode(bytes, { bytesMax: EXCHANGE_BYTES_MAX })
  if (typeof value !== 'object' || value === null || !('peers' in value)) return []
  if (!Array.isArray(value.peers)) return []
  return value.peers
    .slice(0, EXCHANGE_PEERS_MAX)
    .map((addresses) =>
      parseAddresses(addresses).filter((address) => peerIdAtEnd(address) !== undefined),
    )
}

export async function askForPeers(
  mesh: Pick<DiscoveryMesh, 'request'>,
  peer: NodeId,
  signal: AbortSignal,
): Promise<string[][]> {
  const answer = await mesh.request(peer, EXCHANGE_PROTOCOL, new Uint8Array(0), {
    signal,
    timeoutMs: EXCHANGE_TIMEOUT_MS,
    answerBytesMax: EXCHANGE_BYTES_MAX,
  })
  return parseExchange(answer)
}
