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

/** Ticks are those at which the next piece was asked for: first, and last. */
export interface Download {
  readonly claim: Claim
  readonly bytes: Uint8Array
  received: number
  /** Of whom the next piece is asked. */
  from: NodeId
  /** Of whom any was asked: it may yet come. */
  readonly asked: Set<NodeId>
  /** Who gave what is here. */
  readonly givers: Set<NodeId>
  pieceTick: number
  askedTick: number
  patienceTicks: number
  /** How often in a row the next piece did not come in time. */
  silences: number
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
  /** What several gave together was not this: it is taken from one at a time. */
  spoiled: BlockDigest | undefined
  /** Gave what nobody honest gives, and is asked for nothing while others hold the same. */
  distrust(node: NodeId): void
}

export function createCatchUp(genesis: Committee): CatchUp {
  let committee = genesis
  let links: ProvenBlock[] = []
  const offers = new Map<NodeId, readonly Claim[]>()
  const distrusted = new Set<NodeId>()

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
      // By all of it: who names the right hash with a wrong index vouches for something else.
      const vouchers = new Map<string, { claim: Claim; by: NodeId[] }>()
      for (const [node, claims] of offers) {
        for (const claim of claims) {
          if (index !== undefined && claim.index <= index) continue
          const known = vouchers.get(keyOf(claim))
          if (!known) vouchers.set(keyOf(claim), { claim, by: [node] })
          else if (!known.by.includes(node)) known.by.push(node)
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
    spoiled: undefined,
    distrust: (node) => void distrusted.add(node),
  }

  function holdersOf(claim: Claim): NodeId[] {
    const all = [...offers].flatMap(([node, claims]) => {
      const held = claims.at(-1)
      return held && isSameClaim(held, claim) ? [node] : []
    })
    const trusted = all.filter((node) => !distrusted.has(node))
    return trusted.length > 0 ? trusted : all
  }
}

export function isSameClaim(left: Claim, right: Claim): boolean {
  return keyOf(left) === keyOf(right)
}

function keyOf({ digest, index, sizeBytes }: Claim): string {
  return `${digest}/${index}/${sizeBytes}`
}
