/**
 * A seed as a witness (docs/adr/0016): of those who overrule one committee the first to replace its
 * document goes on. Whoever finds another's there has lost, and learns from it who went on.
 */
import { equalBytes } from '../../base/codec/index.ts'
import { assert, MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { RegistryView } from '../../control/registry/index.ts'
import { signAsVoter, verifyMandate } from '../../control/succession/index.ts'
import { type FoundedNetwork, nodeIdOf, type Signer } from '../../identity/index.ts'
import { compose } from './composing.ts'
import { encodeDocument } from './document.ts'
import type { KnownNode } from './index.ts'
import { CLAIM_TRIES_MAX } from './limits.ts'
import { chainIn, isSpore, sealSpore, verifySpore } from './sealed.ts'

/** What is asked of the place: `network/seeds` has it. */
export interface Witness<Tag> {
  read(): Promise<{ bytes: Uint8Array; tag: Tag | undefined } | undefined>
  write(bytes: Uint8Array, tag: Tag | undefined): Promise<'written' | 'conflict'>
}

export interface ClaimDeps {
  network: FoundedNetwork
  signer: Signer
  members(): readonly KnownNode[]
  nowMs: number
}

/** The document of the new era's first committee, which is this node alone. */
export function claimDocument(
  deps: ClaimDeps,
  mandate: Uint8Array,
  view: RegistryView,
): Uint8Array {
  const { network, signer, nowMs } = deps
  const { era, index } = verifyMandate(network, mandate).statement
  const self: NodeId = nodeIdOf(signer.publicKey)
  const ownKey = signer.publicKey
  const content = compose({ view, voters: [self], members: deps.members(), ownKey })
  assert(content, 'The only voter is this node, whose key is at hand.')
  const document = encodeDocument({
    ...{ ...content, version: { era, index, edition: 0 }, issuedAtMs: nowMs },
  })
  const signed = { context: 'spore', network: network.id, payload: document } as const
  const signatures = [[0, signAsVoter(signer, signed)]] as const
  return sealSpore({
    genesis: network.bytes,
    chain: { root: mandate, links: [] },
    document,
    signatures,
  })
}

/**
 * Compare and set: exactly one of many gets `won`; the others get its document. Throws what the place throws,
 * SPORE_INVALID, and SEED_UNREACHABLE where others write there all the while without having overruled anybody,
 * and where nothing lies: a path may lead to another folder on each computer, and then all of them would win.
 */
export async function claimEra<Tag>(
  network: FoundedNetwork,
  place: Witness<Tag>,
  claim: Uint8Array,
): Promise<{ outcome: 'won' } | { outcome: 'lost'; by: Uint8Array }> {
  const { era } = verifySpore(claim, { network }).document.version
  for (let tries = 0; ; tries++) {
    const found = await place.read().catch(orWithout)
    if (!found) throw new MyceliumError('SEED_UNREACHABLE', `${NOTHING_THERE} ${WITHOUT}`)
    // The other kind of seed document knows no eras.
    if (isSpore(found.bytes)) {
      const there = verifySpore(found.bytes, { network }).document.version
      if (there.era >= era) {
        const [theirs, ours] = [mandateIn(found.bytes), mandateIn(claim)]
        const isOurs = theirs !== undefined && ours !== undefined && equalBytes(theirs, ours)
        return isOurs ? { outcome: 'won' } : { outcome: 'lost', by: found.bytes }
      }
    }
    // Whoever came first the last time was seen just now.
    if (tries >= CLAIM_TRIES_MAX) break
    const written = await place.write(claim, found.tag).catch(orWithout)
    if (written === 'written') return { outcome: 'won' }
  }
  throw new MyceliumError('SEED_UNREACHABLE', `${OTHERS_WRITE} ${WITHOUT}`)
}

function orWithout(cause: unknown): never {
  if (!(cause instanceof MyceliumError)) throw cause
  throw new MyceliumError(cause.code, `The witness cannot be asked. ${cause.message} ${WITHOUT}`, {
    cause,
  })
}

const NOTHING_THERE =
  'Nothing lies at the witness as this computer sees it, so it cannot say who is first to recover: ' +
  'bring the place in reach.'
const OTHERS_WRITE =
  'Others keep writing to the witness, and nobody has recovered first as far as it shows: try again.'
const WITHOUT = 'If you are sure that nobody else recovers: --without-witness.'

/** Who went on with it: the first committee of an era is one node. */
export function successorIn(network: FoundedNetwork, bytes: Uint8Array) {
  const { voters, version, issuedAtMs } = verifySpore(bytes, { network }).document
  const [key] = voters
  return { node: nodeIdOf(key ?? new Uint8Array(32)), era: version.era, atMs: issuedAtMs }
}

/**
 * The mandate that a document's proof begins with; undefined in the first era of a network of Simplex.
 * Throws SPORE_INVALID.
 */
export function mandateIn(bytes: Uint8Array): Uint8Array | undefined {
  return chainIn(bytes).root
}
