/** Whom libp2p may talk to at all, before anybody shows a credential. */
import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import { hostIn } from './addresses.ts'
import { BANISHED_MAX, BANISHMENT_MS, PENDING_CONNECTIONS_PER_ADDRESS_MAX } from './limits.ts'

export interface Guard extends ConnectionGater {
  banish(peerId: string): void
  isBanished(peerId: string): boolean
}

export function createGuard(monotonicMs: () => number): Guard {
  const pending = new Map<string, Set<MultiaddrConnection>>()
  const banishedUntilMs = new Map<string, number>()

  const isBanished = (peerId: string): boolean => {
    const untilMs = banishedUntilMs.get(peerId)
    if (untilMs === undefined) return false
    if (untilMs > monotonicMs()) return true
    banishedUntilMs.delete(peerId)
    return false
  }
  const forget = (host: string, connection: MultiaddrConnection): void => {
    const open = pending.get(host)
    open?.delete(connection)
    if (open?.size === 0) pending.delete(host)
  }
  // Only Ed25519 keys have a NodeId.
  const deny = (peer: PeerId): boolean => peer.type !== 'Ed25519' || isBanished(peer.toString())

  return {
    denyInboundConnection(connection) {
      const host = hostIn(connection.remoteAddr) ?? ''
      const open = pending.get(host) ?? new Set()
      if (open.size >= PENDING_CONNECTIONS_PER_ADDRESS_MAX) return true
      pending.set(host, open.add(connection))
      connection.addEventListener('close', () => forget(host, connection), { once: true })
      return false
    },
    denyInboundUpgradedConnection(_peer, connection) {
      forget(hostIn(connection.remoteAddr) ?? '', connection)
      return false
    },
    denyInboundEncryptedConnection: deny,
    denyOutboundEncryptedConnection: deny,
    isBanished,
    banish(peerId) {
      banishedUntilMs.delete(peerId)
      banishedUntilMs.set(peerId, monotonicMs() + BANISHMENT_MS)
      const [oldest] = banishedUntilMs.keys()
      if (banishedUntilMs.size > BANISHED_MAX && oldest !== undefined) {
        banishedUntilMs.delete(oldest)
      }
    },
  }
}
