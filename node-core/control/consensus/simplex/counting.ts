/**
 * Which votes are counted, and which only kept. To check a signature costs more than all else about a
 * vote, and a third of the votes (of n nodes, f) come when a quorum has said the same already.
 *
 * Such a vote is kept unchecked if its author itself says it, and counts for nothing: certificates are
 * made of checked votes alone, so nothing that is decided rests on it. It is checked when another vote
 * of its author comes that contradicts it, since then it may be half of a proof that its author lied.
 * Whoever signs badly here gains nothing that silence would not give it, and what others hand on is
 * checked at once, so that nobody fills an author's place with what it never said.
 */
import type { NodeId } from '../../../base/net/index.ts'
import type { Evidence } from './evidence.ts'
import { type Machine, schemeOf } from './machine.ts'
import { isVoteSigned, type Vote } from './vote.ts'

/** Keeps a vote that only confirms what is certified here; false where it has to be checked. */
export function keepUnchecked({ views }: Machine, from: NodeId, vote: Vote): boolean {
  const certificate = views.peek(vote.view)?.certificates[vote.kind]
  if (from !== vote.author || !certificate || certificate.digest !== vote.digest) return false
  return views.keepUnchecked(vote)
}

/** Counts a vote whose signature holds. Who is caught by it is told of. */
export function count(machine: Machine, vote: Vote): 'new' | 'known' | Evidence {
  const { views, dissent } = machine
  for (const earlier of views.takeContradicted(vote)) {
    if (isVoteSigned(schemeOf(machine), earlier)) views.add(earlier)
  }
  const added = views.add(vote)
  if (typeof added === 'object') dissent.add(added)
  return added
}
