/** Keeps this node's own credential valid, and takes over what an admin has changed of it. */

import { parseTimestamp } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import {
  encodeCredential,
  isFounder,
  issueNodeCertificate,
  ownerIdOf,
  parseCredential,
  parseMembership,
  parseNodeCertificate,
  verifyMembership,
} from '../../identity/index.ts'
import { chainOffers } from './chain-offers.ts'
import { founderMembership } from './founder.ts'
import type { AdmissionDeps } from './index.ts'
import { RENEW_BEFORE_MS } from './limits.ts'
import type { MemberRecords } from './member-records.ts'

export interface Renewal {
  /** Renews what is near its end, asking members where another's signature is needed. */
  renew(options: { signal: AbortSignal }): Promise<void>
  /** Takes over the chain that `net/member/<self>` holds, if it is the newer one. */
  adopt(): Promise<void>
}

export function createRenewal(deps: AdmissionDeps, records: MemberRecords): Renewal {
  const { network, nodeKey, ownerKey, credential, clock, random, logger } = deps
  const self = ownerIdOf(ownerKey.publicKey)

  const current = () => parseCredential(credential.current())
  const isEnding = (notAfter: string): boolean =>
    (parseTimestamp(notAfter) ?? 0) - clock.wallMs() < RENEW_BEFORE_MS

  async function renewNodeCertificate(): Promise<void> {
    const { node, membership } = current()
    if (!isEnding(parseNodeCertificate(network.id, node).notAfter)) return
    const request = { node: nodeKey.publicKey, nowMs: clock.wallMs() }
    const renewed = issueNodeCertificate(ownerKey, network.id, request)
    await credential.replace(encodeCredential({ node: renewed, membership }))
    logger.info('The node’s certificate was renewed.')
  }

  async function renewMembership(signal: AbortSignal): Promise<void> {
    const { membership } = current()
    const [leaf] = membership
    if (!leaf) return
    const certificate = parseMembership(network.id, leaf)
    if (!isEnding(certificate.notAfter)) return
    if (isFounder(network, ownerKey.publicKey)) {
      const request = { ownerName: certificate.ownerName, nowMs: clock.wallMs() }
      await take([founderMembership(ownerKey, network, request, random)])
      return
    }
    for await (const chain of chainOffers(deps, membership, signal)) {
      if (await takeIfNewer(chain)) return
    }
    logger.warn('No member has renewed the membership certificate yet.', {
      notAfter: certificate.notAfter,
    })
  }

  /** False for a chain that does not hold or ends no later than the one in use. */
  async function takeIfNewer(chain: Uint8Array[]): Promise<boolean> {
    const held = current().membership
    try {
      const check = { ...records, network, nowMs: clock.wallMs() }
      verifyMembership(chain, ownerKey.publicKey, check)
    } catch (error) {
      logger.warn('A renewed certificate does not hold.', { reason: messageOf(error) })
      return false
    }
    if (startOf(chain) <= startOf(held)) return false
    await take(chain)
    return true
  }
  function startOf(chain: readonly Uint8Array[]): number {
    const leaf = chain[0]
    return leaf ? (parseTimestamp(parseMembership(network.id, leaf).notBefore) ?? 0) : 0
  }
  async function take(membership: Uint8Array[]): Promise<void> {
    await credential.replace(encodeCredential({ node: current().node, membership }))
    logger.info('The membership certificate was renewed.')
  }

  return {
    async renew({ signal }) {
      await renewNodeCertificate()
      await renewMembership(signal)
    },
    async adopt() {
      // The removal has been told; what stood before it is of no use any more.
      if (records.isRemoved(self)) return
      const entry = records.member(self)
      if (entry && !isFounder(network, ownerKey.publicKey)) await takeIfNewer(entry.membership)
    },
  }
}
