/** Whom libp2p may talk to at all, before anybody shows a credential. */
import { BlockList, type SocketAddress } from 'node:net'
import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import { hostIn } from './addresses.ts'
import {
  ADDRESSES_RATED_MAX,
  BANISHED_MAX,
  BANISHMENT_MS,
  CONNECTIONS_PER_ADDRESS_PER_SECOND_MAX,
  CONNECTIONS_PER_SECOND_MAX,
  PENDING_CONNECTIONS_MAX,
  PENDING_CONNECTIONS_PER_ADDRESS_MAX,
} from './limits.ts'
import { createKeyedRate, createTokenBucket } from './token-bucket.ts'

export interface Guard extends ConnectionGater {
  /** Asked by the TCP server before it makes a socket, so that a flood costs next to nothing. */
  readonly doorstep: BlockList
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
  const isFull = (host: string): boolean => {
    if ((pending.get(host)?.size ?? 0) >= PENDING_CONNECTIONS_PER_ADDRESS_MAX) return true
    let total = 0
    for (const open of pending.values()) total += open.size
    return total >= PENDING_CONNECTIONS_MAX
  }
  // Only Ed25519 keys have a NodeId.
  const deny = (peer: PeerId): boolean => peer.type !== 'Ed25519' || isBanished(peer.toString())

  return {
    doorstep: new Doorstep(monotonicMs, isFull),
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

/**
 * Node's server knows no rate, but it does ask a block list about every address. What libp2p would
 * refuse later is refused here, since by then each connection has cost it some 20 kB for 10 s.
 */
class Doorstep extends BlockList {
  readonly #monotonicMs: () => number
  readonly #isFull: (host: string) => boolean
  readonly #rate = createKeyedRate(
    CONNECTIONS_PER_ADDRESS_PER_SECOND_MAX,
    CONNECTIONS_PER_ADDRESS_PER_SECOND_MAX,
    ADDRESSES_RATED_MAX,
  )

  readonly #rateOfAll = createTokenBucket(CONNECTIONS_PER_SECOND_MAX, CONNECTIONS_PER_SECOND_MAX)

  constructor(monotonicMs: () => number, isFull: (host: string) => boolean) {
    super()
    this.#monotonicMs = monotonicMs
    this.#isFull = isFull
  }

  override check(address: SocketAddress | string): boolean {
    const host = typeof address === 'string' ? address : address.address
    const nowMs = this.#monotonicMs()
    if (this.#isFull(host)) return true
    // An address over its own rate takes nothing of what is left to the others.
    return !this.#rate.take(host, nowMs) || !this.#rateOfAll.take(nowMs)
  }
}
