/** Who is shown as part of the network: computers that left it for good are no more. */
import type { Member } from '../../network/membership/index.ts'
import type { MemberFacts, NetworkParts } from './index.ts'

/**
 * Whoever said that it leaves is out of every list, whether its owner stays or not. One that took its vote
 * along by force is still waited for, so it is shown until it is demoted.
 */
export function presentNodes({ membership, primary }: NetworkParts): Member[] {
  const { committee } = primary.status()
  return membership.list().filter(({ id, gone }) => {
    return !gone || committee?.voters.includes(id) || committee?.learners.includes(id)
  })
}

/** Owners with the computers that they have in the network: an owner stays one without any. */
export function ownersNow({ members, membership }: NetworkParts): MemberFacts[] {
  return members.list().map((owner) => {
    return { ...owner, nodes: owner.nodes.filter((node) => !membership.get(node)?.gone) }
  })
}
