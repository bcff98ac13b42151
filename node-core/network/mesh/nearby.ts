/**
 * Who else is on the local network, by mDNS. Everyone answers everyone who asks, so a node asks often
 * only while it is alone.
 */
import type { PeerDiscovery } from '@libp2p/interface'
import { type Clock, every } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { addressesOf, inDialOrder } from './addresses.ts'
import { ADDRESSES_PER_PEER_MAX, NEARBY_ASK_MS } from './limits.ts'

export interface Nearby {
  subscribe(listener: (addresses: string[]) => void): () => void
  /** Takes the part that libp2p has made. */
  receive(part: PeerDiscovery): void
  start(): void
  stop(): Promise<void>
}

export interface NearbyDeps {
  clock: Clock
  logger: Logger
  selfPeerId: string
  isAlone(): boolean
}

export function createNearby({ clock, logger, selfPeerId, isAlone }: NearbyDeps): Nearby {
  const listeners = new Set<(addresses: string[]) => void>()
  let part: PeerDiscovery | undefined
  let stopAsking: (() => Promise<void>) | undefined

  const ask = async (): Promise<void> => {
    // The library asks when it starts and offers no other way.
    if (!isAlone() || !isRestartable(part)) return
    await part.stop()
    if (stopAsking) await part.start()
  }
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    receive(made) {
      part = made
      made.addEventListener('peer', ({ detail }) => {
        const peerId = detail.id.toString()
        if (peerId === selfPeerId) return
        // One packet names them all, in no order: what is near must not be cut off.
        const ways = inDialOrder(addressesOf(peerId, detail.multiaddrs.map(String)))
        const addresses = ways.slice(0, ADDRESSES_PER_PEER_MAX).map(String)
        for (const listener of listeners) listener(addresses)
      })
    },
    start() {
      if (!part) return
      stopAsking = every(clock, NEARBY_ASK_MS, ask, (error) => {
        logger.warn('Looking around on the local network failed.', { reason: messageOf(error) })
      })
    },
    async stop() {
      const stop = stopAsking
      stopAsking = undefined
      part = undefined
      await stop?.()
    },
  }
}

interface Restartable {
  start(): Promise<void>
  stop(): Promise<void>
}

function isRestartable(part: PeerDiscovery | undefined): part is PeerDiscovery & Restartable {
  return part !== undefined && 'start' in part && 'stop' in part
}
