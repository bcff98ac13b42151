/** The side of the founder's computers: certificates for whoever may use the network. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { parseTimestamp } from '../../base/clock/index.ts'
import { assert } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { ownerIdOf } from '../../identity/index.ts'
import { authorityKey } from './authority-key.ts'
import type { AuthorityDeps } from './index.ts'
import {
  AUTHORITY_MS,
  CERTIFIED_NODES_MAX,
  CERTIFIED_PER_HOUR_MAX,
  CLOCK_DIFFERENCE_MS,
  NODE_CERTIFICATE_MS,
} from './limits.ts'
import { type CertifyAnswer, certifyMessages } from './messages.ts'
import { labelOf, zonesOf } from './zone.ts'

export interface Certifying {
  answer(body: Uint8Array, peer: NodeId): Promise<CertifyAnswer>
  /** DER. */
  authority(): Promise<Buffer>
  /** For 14 days from now on. DER. */
  certify(publicKey: KeyObject, node: NodeId): Promise<Buffer>
}

const HOUR_MS = 3_600_000
const SERIAL_BYTES = 16

export function createCertifying(deps: AuthorityDeps): Certifying {
  const { network, ownerKey, clock, random } = deps
  const label = labelOf(network)
  const zones = zonesOf(label)
  const key = authorityKey(ownerKey, network.id)
  const name = `Mycelium ${label} ${network.id.slice(0, 8)} ${ownerIdOf(ownerKey.publicKey).slice(0, 8)}`
  const issuer = { name: name.slice(-COMMON_NAME_LENGTH_MAX), key }
  const mayAsk = createHourlyCount()
  let authority: Buffer | undefined

  const certify = async (publicKey: KeyObject, node: NodeId): Promise<Buffer> => {
    const { writeServerCertificate } = await import('./x509.ts')
    const nowMs = clock.wallMs()
    return writeServerCertificate(issuer, {
      ...{ name: `Mycelium node ${node.slice(0, 16)}`, publicKey },
      hosts: zones.map((zone) => `*.${zone}`),
      serial: Buffer.from(random.bytes(SERIAL_BYTES)),
      lifetime: {
        notBeforeMs: nowMs - CLOCK_DIFFERENCE_MS,
        notAfterMs: nowMs + NODE_CERTIFICATE_MS,
      },
    })
  }

  /** The same for ever but for its signature: all in it comes of the genesis. */
  const authorityOf = async (): Promise<Buffer> => {
    if (authority) return authority
    const { writeAuthority } = await import('./x509.ts')
    const notBeforeMs = parseTimestamp(network.genesis.createdAt)
    assert(notBeforeMs !== undefined, 'A genesis that was checked says when it was made.')
    const serial = createHash('sha256').update(issuer.name).digest().subarray(0, SERIAL_BYTES)
    const lifetime = { notBeforeMs, notAfterMs: notBeforeMs + AUTHORITY_MS }
    authority = writeAuthority(issuer, { zones, serial, lifetime })
    return authority
  }

  return {
    certify,
    authority: authorityOf,
    async answer(body, peer) {
      const question = certifyMessages.parseQuestion(body)
      if (!question) return refused('CERTIFY_MALFORMED')
      if (!question.publicKey) return { answer: 'given', authority: await authorityOf() }
      if (!deps.mayUse(peer)) return refused('FORBIDDEN')
      const publicKey = publicKeyOf(question.publicKey)
      if (!publicKey) return refused('CERTIFY_MALFORMED')
      if (!mayAsk(peer, clock.monotonicMs())) return refused('RATE_LIMITED')
      const certificate = await certify(publicKey, peer)
      deps.logger.info('a node was certified for TLS', { node: peer })
      return { answer: 'given', authority: await authorityOf(), certificate }
    },
  }
}

/** RFC 5280 appendix A.1: `ub-common-name`. */
const COMMON_NAME_LENGTH_MAX = 64

function refused(code: string): CertifyAnswer {
  return { answer: 'refused', code }
}

/** Undefined for anything but a point of P-256. */
export function publicKeyOf(spki: Uint8Array): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined
  } catch {
    return undefined
  }
}

/** False for one too many of that node within an hour. */
function createHourlyCount(): (node: NodeId, nowMs: number) => boolean {
  const counts = new Map<NodeId, { sinceMs: number; asked: number }>()
  return (node, nowMs) => {
    const held = counts.get(node)
    const count = held && nowMs - held.sinceMs < HOUR_MS ? held : { sinceMs: nowMs, asked: 0 }
    count.asked++
    // Put in again, so that the first one in the map is the one not heard of for longest.
    counts.delete(node)
    counts.set(node, count)
    const [oldest] = counts.size > CERTIFIED_NODES_MAX ? counts.keys() : []
    if (oldest !== undefined) counts.delete(oldest)
    return count.asked <= CERTIFIED_PER_HOUR_MAX
  }
}
