/** One message from a peer: parsed, checked, put where it belongs, and judged. */
import { unreachable } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { Verdict } from '../index.ts'
import { hearFetch, hearStatus, hearWant } from './answering.ts'
import { type Block, type Change, type Item, parseBlock } from './block.ts'
import { hearBlock, hearCertificates, hearHistory, hearLinks } from './catching-up.ts'
import type { Certificate } from './certificate.ts'
import { count, keepUnchecked } from './counting.ts'
import { hearChunk, hearOffer } from './downloading.ts'
import { leaderOf } from './leader.ts'
import { VIEWS_AHEAD_MAX, VIEWS_BEHIND_MAX } from './limits.ts'
import { epochOf, type Machine, schemeOf } from './machine.ts'
import { type Message, parseMessage } from './messages.ts'
import { nextEpoch, nextView } from './numbering.ts'
import { isMember, weightOf } from './quorum.ts'
import { hearAsk, hearHorizon } from './reading.ts'
import { ask } from './standpoint.ts'
import { isVoteSigned, type Vote } from './vote.ts'

const ACCEPT: Verdict = { verdict: 'accept' }
const ignore = (code: string): Verdict => ({ verdict: 'ignore', code })
const reject = (code: string): Verdict => ({ verdict: 'reject', code })

export function hear(machine: Machine, from: NodeId, bytes: Uint8Array): Verdict {
  const message = parseMessage(bytes)
  if (!message) return reject('MALFORMED')
  machine.peers.heard(from, machine.ticks)
  switch (message.kind) {
    case 'propose':
      return hearProposal(machine, from, message)
    case 'vote':
      return hearVote(machine, from, message.vote)
    case 'items':
      return hearItems(machine, from, message.items)
    case 'change':
      return hearChange(machine, from, message.change)
    case 'status':
      return hearStatus(machine, from, message)
    case 'certificates':
      return hearCertificates(machine, from, message.certificates)
    case 'ask':
      return hearAsk(machine, from, message.nonce)
    case 'horizon':
      return hearHorizon(machine, from, message)
    case 'want':
      return hearWant(machine, from, message.digest)
    case 'block':
      return hearBlock(machine, message.block)
    case 'history':
      return hearHistory(machine, from, message.blocks)
    case 'links':
      return hearLinks(machine, from, message.blocks)
    case 'offer':
      return hearOffer(machine, from, message.epoch, message.claims)
    case 'fetch':
      return hearFetch(machine, from, message.digest, message.offset)
    case 'chunk':
      return hearChunk(machine, from, message)
    default:
      return unreachable(message)
  }
}

function hearVote(machine: Machine, from: NodeId, vote: Vote): Verdict {
  const { chain, committee, view } = machine
  if (vote.epoch > epochOf(machine) || vote.view > nextView(view)) ask(machine, from)
  if (vote.epoch > epochOf(machine)) return ignore('EPOCH_AHEAD')
  if (vote.epoch < epochOf(machine)) return ignore('OLD')
  if (weightOf(committee, vote.author) === 0) return reject('NOT_A_VOTER')
  if (vote.view + VIEWS_BEHIND_MAX <= chain.tip.view) return ignore('OLD')
  if (vote.view > view + VIEWS_AHEAD_MAX) return ignore('VIEW_AHEAD')
  const known = saidBy(machine, vote)
  if (known && known.digest === vote.digest) return ignore('KNOWN')
  if (keepUnchecked(machine, from, vote)) return ACCEPT
  if (!isVoteSigned(schemeOf(machine), vote)) return reject('SIGNATURE_INVALID')
  const added = count(machine, vote)
  // The peer that hands on a proven lie may be an honest one.
  return typeof added === 'object' ? ignore('EQUIVOCATION') : ACCEPT
}

/** Its author's vote of that kind in that view that is here, checked or not. */
function saidBy({ views }: Machine, { kind, view, author }: Vote): Vote | undefined {
  const state = views.peek(view)
  return state?.votes[kind].get(author) ?? state?.unchecked[kind].get(author)
}

function hearProposal(
  machine: Machine,
  from: NodeId,
  { block: bytes, vote, entered }: Extract<Message, { kind: 'propose' }>,
): Verdict {
  const block = parseBlock(bytes)
  if (!block || block.digest !== vote.digest || block.epoch !== vote.epoch) {
    return reject('MALFORMED')
  }
  if (!isPlaced(block, vote)) return reject('MALFORMED')
  if (vote.epoch !== epochOf(machine)) return hearVote(machine, from, vote)
  const leader = leaderOf(machine.config.network, machine.committee, vote.view)
  if (leader !== vote.author) return reject('NOT_THE_LEADER')
  if (entered && vote.view > machine.view) {
    const verdict = hearEntrance(machine, from, vote, entered)
    if (verdict.verdict === 'reject') return verdict
  }
  const verdict = hearVote(machine, from, vote)
  // One that is not checked is for what a quorum has notarised.
  if (verdict.verdict === 'reject' || saidBy(machine, vote)?.digest !== block.digest) return verdict
  const state = machine.views.at(vote.view)
  if (vote.view <= machine.chain.tip.view || state.proposal) return verdict
  state.proposal = block
  return ACCEPT
}

/** What let the leader into its view lets this node into it too. */
function hearEntrance(machine: Machine, from: NodeId, vote: Vote, entered: Certificate): Verdict {
  if (entered.epoch !== vote.epoch || nextView(entered.view) !== vote.view) {
    return reject('MALFORMED')
  }
  return hearCertificates(machine, from, [entered])
}

/** A block belongs to one view; only the last one of an epoch may be proposed in later ones. */
function isPlaced(block: Block, vote: Vote): boolean {
  return block.view === vote.view || (block.change !== undefined && block.view < vote.view)
}

function hearItems(machine: Machine, from: NodeId, items: readonly Item[]): Verdict {
  if (!isMember(machine.committee, from)) return ignore('NOT_A_MEMBER')
  for (const item of items) {
    if (!machine.pool.add(item, from, machine.ticks)) return ignore('SHARE_USED')
  }
  return ACCEPT
}

function hearChange(machine: Machine, from: NodeId, change: Change): Verdict {
  if (!isMember(machine.committee, from)) return ignore('NOT_A_MEMBER')
  if (change.committee.epoch !== nextEpoch(epochOf(machine))) return ignore('OLD')
  machine.changes.add(change, from, machine.ticks)
  return ACCEPT
}
