/**
 * Votes to finalise go to one voter, the leader of the next view, who makes the certificate of them and
 * sends it to everybody: 2(n − 1) messages in place of n(n − 1), and one more step, as in HotStuff
 * (Yin et al. 2019, §4). It is done for blocks in which several wait, where messages are what is scarce;
 * a block of one item, whose author waits alone, is finalised by votes to all.
 *
 * Nothing that is decided leans on it. A vote means the same whoever hears it: it is on disk before it
 * is said to anybody, and a certificate is checked by whoever takes it, wherever it comes from. So the
 * proof at `finalise` stands as it is, and that of reads too, which asks each voter for what it has
 * voted. What a collector can do is be silent. Then votes are said again, to everybody (`sayAgain`),
 * before a view's time is over; and as it leads the next view, it could have held things up for that
 * long anyway. One that is known to be away is passed over. A lie that only the collector was told is
 * seen by the others in its certificate, as one that is told to a few always was.
 *
 * Votes to notarise go to all: of four voters each needs one besides its own and the leader's, and
 * waits for it no step longer than it has to.
 */
import type { NodeId } from '../../../base/net/index.ts'
import type { Block } from './block.ts'
import type { Certificate } from './certificate.ts'
import { leaderOf } from './leader.ts'
import { everyone, type Machine } from './machine.ts'
import { nextView } from './numbering.ts'
import type { Vote } from './vote.ts'

/** Says this node's vote for a block to whoever is to know. */
export function tellFinalise(machine: Machine, vote: Vote, block: Block | undefined): void {
  const { outbox, config } = machine
  const collector = isCollected(block) ? collectorOf(machine, vote) : undefined
  if (collector === config.self) return
  outbox.send(collector ? [collector] : everyone(machine), { kind: 'vote', vote })
}

/** A certificate that was made here of votes that others may not have heard. */
export function handOn(machine: Machine, certificate: Certificate): void {
  const { outbox, chain, config } = machine
  if (certificate.kind !== 'finalise' || !certificate.digest) return
  const block = chain.get(certificate.digest)
  if (block && !isCollected(block)) return
  if (collectorOf(machine, certificate) !== config.self) return
  outbox.send(everyone(machine), { kind: 'certificates', certificates: [certificate] })
}

function isCollected(block: Block | undefined): boolean {
  return block !== undefined && block.items.length > 1
}

/** Undefined where that voter is away. */
function collectorOf(
  { config, committee, peers, ticks }: Machine,
  { view }: Pick<Vote, 'view'>,
): NodeId | undefined {
  const next = leaderOf(config.network, committee, nextView(view))
  return next !== config.self && peers.isAbsent(next, ticks) ? undefined : next
}
