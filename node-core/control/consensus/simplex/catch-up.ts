/**
 * How a newcomer, or a node too far behind, finds out whom to believe and what to fetch.
 *
 * Whom: it knows the genesis committee, and follows the last blocks of the epochs ("links"), each
 * certified by the committee before it, to the present one. What: a snapshot is believed when more
 * than f of that committee's weight vouches for the same index and hash, so one honest voter does.
 */
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import type { Claim, ProvenBlock } from './messages.ts'
import type { BlockDigest, Epoch } from './numbering.ts'
import { type Committee, faultyWeightMax, weightOf, weightOfAll } from './quorum.ts'

export interface Download {
  readonly claim: Claim
  readonly from: NodeId
  readonly bytes: Uint8Array
  received: number
  sinceTick: number
}

export interface CatchUp {
  /** The latest whose members are known; at least that of the own chain. */
  committee(): Committee
  voters(): NodeId[]
  /** The last blocks of epochs beyond the own chain's. */
  links(): readonly ProvenBlock[]
  /** The epoch after has this committee. `link` proves it, where the own chain does not. */
  follow(committee: Committee, link?: ProvenBlock): void
  /** What a voter vouches for; it holds the last of them. */
  addOffer(from: NodeId, epoch: Epoch, claims: readonly Claim[]): void
  /** A snapshot, beyond `index` if it is given, that is vouched for, and those who hold it. */
  choose(index: LogIndex | undefined): { claim: Claim; holders: NodeId[] } | undefined
  download: Download | undefined
}

export function createCatchUp(genesis: Committee): CatchUp {
  let committee = genesis
  let links: ProvenBlock[] = []
  const offers = new Map<NodeId, readonly Claim[]>()

  return {
    committee: () => committee,
    voters: () => committee.voters.map((voter) => voter.node),
    links: () => links,
    follow(next, link) {
      if (link) links.push(link)
      if (next.epoch > committee.epoch) {
        committee = next
        offers.clear()
      }
      // The own chain is past these.
      if (!link && next.epoch === committee.epoch) links = []
    },
    addOffer(from, epoch, claims) {
      if (epoch === committee.epoch && weightOf(committee, from) > 0) offers.set(from, claims)
    },
    choose(index) {
      const vouchers = new Map<BlockDigest, { claim: Claim; by: NodeId[] }>()
      for (const [node, claims] of offers) {
        for (const claim of claims) {
          if (index !== undefined && claim.index <= index) continue
          const known = vouchers.get(claim.digest)
          if (!known) vouchers.set(claim.digest, { claim, by: [node] })
          else if (isSame(known.claim, claim) && !known.by.includes(node)) known.by.push(node)
        }
      }
      const believed = [...vouchers.values()].filter(({ claim, by }) => {
        return (
          weightOfAll(committee, by) > faultyWeightMax(committee) && holdersOf(claim).length > 0
        )
      })
      const [latest] = believed.sort((left, right) => right.claim.index - left.claim.index)
      return latest && { claim: latest.claim, holders: holdersOf(latest.claim) }
    },
    download: undefined,
  }

  function holdersOf(claim: Claim): NodeId[] {
    return [...offers].flatMap(([node, claims]) => {
      const held = claims.at(-1)
      return held && held.digest === claim.digest && isSame(held, claim) ? [node] : []
    })
  }
}

function isSame(left: Claim, right: Claim): boolean {
  return left.index === right.index && left.sizeBytes === right.sizeBytes
}
