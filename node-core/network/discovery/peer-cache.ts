/** `peers.cbor`: whom this node knew, so that it finds its network again with nobody's help. */
import { type Clock, type Looking, looking } from '../../base/clock/index.ts'
import { decode, encode } from '../../base/codec/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import {
  ADDRESS_LENGTH_MAX,
  ADDRESSES_PER_CANDIDATE_MAX,
  CACHE_BYTES_MAX,
  CACHE_LOOK_MS,
  CACHE_WRITE_MS,
  CACHED_PEERS_MAX,
} from './limits.ts'

export interface PeerCache {
  /** Reads the file and begins to keep it. */
  start(): Promise<void>
  /** Writes what is not yet written. */
  stop(): Promise<void>
  /** A peer was reached, or says of itself where it is. */
  remember(peerId: string, addresses: readonly string[]): void
  /** Addresses of one peer each, the latest first. */
  list(): readonly (readonly string[])[]
}

export interface PeerCacheDeps {
  disk: Disk
  clock: Clock
  logger: Logger
  /** Whose addresses these are. */
  peerIdOf(address: string): string | undefined
}

export function createPeerCache({ disk, clock, logger, peerIdOf }: PeerCacheDeps): PeerCache {
  /** By peer id, the latest last. */
  const peers = new Map<string, readonly string[]>()
  let changed = false
  let writing: Looking | undefined

  const put = (peerId: string, addresses: readonly string[]): void => {
    peers.delete(peerId)
    peers.set(peerId, addresses)
    const [oldest] = peers.keys()
    if (peers.size > CACHED_PEERS_MAX && oldest !== undefined) peers.delete(oldest)
  }
  /** True where it is worth another try. */
  const write = async (): Promise<boolean> => {
    if (!changed) return false
    changed = false
    try {
      await disk.writeAtomic(PEER_CACHE_PATH, encodePeers([...peers.values()].toReversed()))
    } catch (error) {
      changed = true
      failed(error)
    }
    return changed
  }
  const failed = (error: unknown): void => {
    logger.warn('The list of known peers cannot be written.', { reason: messageOf(error) })
  }
  return {
    list: () => [...peers.values()].toReversed(),
    remember(peerId, addresses) {
      if (addresses.length === 0 || peers.get(peerId)?.join() === addresses.join()) return
      put(peerId, addresses)
      changed = true
      writing?.soon()
    },
    async start() {
      for (const addresses of (await readPeers(disk, logger)).toReversed()) {
        const [first] = addresses
        const peerId = first === undefined ? undefined : peerIdOf(first)
        if (peerId !== undefined) put(peerId, addresses)
      }
      const gaps = { gapMs: CACHE_WRITE_MS, seldomMs: CACHE_LOOK_MS }
      writing = looking(clock, gaps, write, failed)
    },
    async stop() {
      await writing?.stop()
      writing = undefined
      await write()
    },
  }
}

const PEER_CACHE_PATH = 'peers.cbor'

/** Addresses of one peer each, the best known peers first. */
export type CachedPeers = readonly (readonly string[])[]

export function encodePeers(peers: CachedPeers): Uint8Array {
  return encode({ version: 1, peers: peers.slice(0, CACHED_PEERS_MAX) })
}

/** Undefined for anything but a list of ours. */
export function parsePeers(value: unknown): string[][] | undefined {
  if (typeof value !== 'object' || value === null || !('peers' in value)) return undefined
  if (!('version' in value) || value.version !== 1 || !Array.isArray(value.peers)) return undefined
  const peers = value.peers.slice(0, CACHED_PEERS_MAX).map(parseAddresses)
  return peers.filter((addresses) => addresses.length > 0)
}

export function parseAddresses(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  return value
    .slice(0, ADDRESSES_PER_CANDIDATE_MAX)
    .filter((text) => typeof text === 'string' && text.length <= ADDRESS_LENGTH_MAX)
}

/** Empty when there is none or it cannot be read: the cache is a help, never a condition. */
async function readPeers(disk: Disk, logger: Logger): Promise<string[][]> {
  try {
    const bytes = await disk.read(PEER_CACHE_PATH)
    if (!bytes) return []
    const peers = parsePeers(decode(bytes, { bytesMax: CACHE_BYTES_MAX }))
    if (!peers) logger.warn('The list of known peers is not one of ours and is ignored.')
    return peers ?? []
  } catch (error) {
    logger.warn('The list of known peers cannot be read.', { reason: messageOf(error) })
    return []
  }
}
