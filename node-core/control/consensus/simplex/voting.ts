/**
 * What this node votes, and why it may. Three rules keep it honest, over restarts too, since every
 * vote is on disk before it is sent: one `notarise` a view; never both `nullify` and `finalise` in
 * one; and `notarise` only on top of a notarised parent with every view between nullified.
 */
import { type Block, endOf } from './block.ts'
import { takeBlock, write } from './certifying.ts'
import { tellFinalise } from './collecting.ts'
import { leaderOf } from './leader.ts'
import { epochOf, everyone, type Machine, mayVote } from './machine.ts'
import { nextHeight, nextView, type View } from './numbering.ts'
import { faultyWeightMax, weightOfAll } from './quorum.ts'
import { ask } from './standpoint.ts'
import type { ViewState } from './views.ts'
import { type Ballot, signVote, type Vote } from './vote.ts'

/**
 * Rule: finalise what is notarised in a view that this node has not nullified. Only with the block and
 * all it stands on at hand: where most voters are lost, whoever voted for it can go on from it.
 */
export function voteFinalise(machine: Machine): boolean {
  if (!mayVote(machine)) return false
  let changed = false
  for (const state of machine.views.from(nextView(machine.chain.tip.view))) {
    const digest = state.certificates.notarise?.digest
    if (!digest || hasVoted(machine, state, 'nullify') || hasVoted(machine, state, 'finalise')) {
      continue
    }
    const path = machine.chain.pathTo(digest)
    if (!Array.isArray(path)) continue
    const vote = cast(machine, { kind: 'finalise', view: state.view, digest })
    tellFinalise(machine, vote, path.at(-1))
    changed = true
  }
  return changed
}

/** Rule: notarise the leader's block, even after nullifying the view: it may still be notarised. */
export function voteNotarise(machine: Machine): boolean {
  if (!mayVote(machine)) return false
  const state = machine.views.peek(machine.view)
  if (!state?.proposal || hasVoted(machine, state, 'notarise')) return false
  machine.lacking = undefined
  const judged = judge(machine, state.proposal)
  if (judged === 'waiting') {
    ask(machine, leaderOf(machine.config.network, machine.committee, state.view))
  }
  if (judged !== 'valid') return false
  takeBlock(machine, state.proposal)
  const { digest } = state.proposal
  tell(machine, cast(machine, { kind: 'notarise', view: state.view, digest }))
  machine.timer.extend()
  return true
}

/**
 * Rule: nullify the view when its time is over; when its leader is away, so that even an idle
 * committee has a leader at hand; or when more than f of the weight has nullified it: then an honest
 * voter saw a reason, and the others would wait for this one.
 */
export function voteNullify(machine: Machine): boolean {
  if (!mayVote(machine)) return false
  const state = machine.views.at(machine.view)
  // Whoever votes to finalise a view holds its notarisation, and is past it since (`advance` is tried
  // before `voteFinalise`); the second half would only matter if that order changed.
  if (hasVoted(machine, state, 'nullify') || hasVoted(machine, state, 'finalise')) return false
  const given = weightOfAll(machine.committee, state.votes.nullify.keys())
  const isAway = isLeaderAway(machine)
  const isDue = machine.timer.isOver() || isAway
  if (!isDue && given <= faultyWeightMax(machine.committee)) return false
  if (!isAway) machine.timer.gaveUp()
  tell(machine, cast(machine, { kind: 'nullify', view: state.view, digest: undefined }))
  return true
}

/** Signs a vote, counts it, and writes it down before anything else can be sent. */
export function cast(machine: Machine, ballot: Omit<Ballot, 'epoch'>): Vote {
  const { network, signer } = machine.config
  const vote = signVote(network, signer, { ...ballot, epoch: epochOf(machine) })
  machine.views.add(vote)
  write(machine, { kind: 'vote', vote }, { sync: true })
  return vote
}

export function hasVoted(machine: Machine, state: ViewState, kind: Ballot['kind']): boolean {
  return state.votes[kind].has(machine.config.self)
}

/**
 * Whether a block notarised in that view (or final) may be built upon in this node's view: all views
 * between are nullified. Notes the first that is not known to be.
 */
function bridgeTo(machine: Machine, notarisedIn: View): boolean {
  for (let at = nextView(notarisedIn); at < machine.view; at = nextView(at)) {
    if (machine.views.peek(at)?.certificates.nullify) continue
    machine.lacking = at
    return false
  }
  return true
}

/** Whether this node may notarise the block in its view. */
function judge(machine: Machine, block: Block): 'valid' | 'invalid' | 'waiting' {
  const { chain, views, committee, config } = machine
  if (block.view < machine.view) return judgeAgain(machine, block)
  const parent = block.parent === chain.tip.digest ? undefined : chain.get(block.parent)
  if (block.parent !== chain.tip.digest) {
    const view = parent?.view ?? machine.view
    if (views.peek(view)?.certificates.notarise?.digest !== block.parent) {
      machine.lacking ??= nextView(chain.tip.view)
      return 'waiting'
    }
    if (!parent || parent.height <= chain.tip.height || parent.change) return 'invalid'
  }
  const below = parent ? { height: parent.height, index: endOf(parent) } : chain.tip
  if (block.height !== nextHeight(below.height) || block.index !== below.index) return 'invalid'
  if (!bridgeTo(machine, parent?.view ?? chain.tip.view)) return 'waiting'
  if (block.change && !config.mayChange(committee, block.change.committee)) return 'invalid'
  return 'valid'
}

/** The last block of an epoch, notarised before and not final yet, may be proposed once more. */
function judgeAgain(machine: Machine, block: Block): 'valid' | 'invalid' | 'waiting' {
  if (!block.change) return 'invalid'
  const notarisedIn = machine.views
    .from(block.view)
    .findLast(
      ({ view, certificates }) =>
        view < machine.view && certificates.notarise?.digest === block.digest,
    )
  if (!notarisedIn) {
    machine.lacking ??= block.view
    return 'waiting'
  }
  return bridgeTo(machine, notarisedIn.view) ? 'valid' : 'waiting'
}

function isLeaderAway({ config, committee, view, peers, ticks }: Machine): boolean {
  const leader = leaderOf(config.network, committee, view)
  return leader !== config.self && peers.isAbsent(leader, ticks)
}

function tell(machine: Machine, vote: Vote): void {
  machine.outbox.send(everyone(machine), { kind: 'vote', vote })
}
