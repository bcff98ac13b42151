/** From an admin's mandate to the committee of now, each statement signed by the one before. */
import { z } from 'zod'
import { encode } from '../../base/codec/index.ts'
import type { FoundedNetwork, OwnerId } from '../../identity/index.ts'
import type { CommitteeChain, CommitteeStatement, StatedChain } from './index.ts'
import { CERTIFIED_LINKS_MAX, CHAIN_BYTES_MAX, LINKS_MAX, STATEMENT_VOTERS_MAX } from './limits.ts'
import { hasMajority } from './majority.ts'
import { verifyMandate } from './mandate.ts'
import { decodeOrRefuse, malformed, parseStatement, untrusted } from './statement.ts'

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
const signature = z.tuple([z.int().min(0).max(STATEMENT_VOTERS_MAX), bytes])
const CERTIFIED = z.strictObject({
  root: bytes.nullable(),
  certified: z.array(bytes).max(CERTIFIED_LINKS_MAX),
})
const STATED = z.strictObject({
  root: bytes,
  links: z
    .array(
      z.strictObject({ payload: bytes, signatures: z.array(signature).max(STATEMENT_VOTERS_MAX) }),
    )
    .max(LINKS_MAX),
})

const CHAIN = z.union([STATED, CERTIFIED])

export function encodeChain(chain: CommitteeChain): Uint8Array {
  if ('certified' in chain) {
    return encode({ root: chain.root ?? null, certified: [...chain.certified] })
  }
  const links = chain.links.map(({ payload, signatures }) => ({ payload, signatures }))
  return encode({ root: chain.root, links })
}

/** Throws SUCCESSION_MALFORMED. */
export function parseChain(bytes: Uint8Array): CommitteeChain {
  const parsed = CHAIN.safeParse(decodeOrRefuse(bytes, CHAIN_BYTES_MAX))
  if (!parsed.success) throw malformed('The bytes are not a chain of committees.')
  const chain = parsed.data
  return 'certified' in chain ? { ...chain, root: chain.root ?? undefined } : chain
}

/** The newest committee of the chain. Throws SuccessionErrorCode. */
export function verifyChain(
  network: FoundedNetwork,
  { root, links }: StatedChain,
  isRemoved?: (owner: OwnerId) => boolean,
): CommitteeStatement {
  let tip = verifyMandate(network, root, isRemoved).statement
  if (links.length > LINKS_MAX) throw malformed('The chain is too long.')
  for (const { payload, signatures } of links) {
    const next = parseStatement(payload)
    // Voters change within their era; only an admin begins another one.
    if (next.era !== tip.era || next.ended) throw untrusted('A committee begins an era by itself.')
    if (next.index <= tip.index) throw untrusted('A committee is older than the one before it.')
    const signed = { context: 'committee', network: network.id, payload } as const
    if (!hasMajority(tip.voters, signatures, signed)) {
      throw untrusted('Too few of a committee have signed the one after it.')
    }
    tip = next
  }
  return tip
}
