/** The rules, tried until none changes anything; and what time brings. */
import { giveOwed } from './answering.ts'
import { findWanted } from './catching-up.ts'
import { advance, certify } from './certifying.ts'
import { pursueDownload } from './downloading.ts'
import { finalise } from './finalising.ts'
import { leaderOf } from './leader.ts'
import { HEARTBEAT_TICKS, WANT_TICKS } from './limits.ts'
import { everyone, type Machine, mayVote } from './machine.ts'
import { nextView } from './numbering.ts'
import { mayTry, proposalOf, propose } from './proposing.ts'
import { passQuestionsTick, pursueQuestions } from './reading.ts'
import { tellEveryone } from './standpoint.ts'
import { tellItems } from './telling.ts'
import { hasVoted, voteFinalise, voteNotarise, voteNullify } from './voting.ts'

/** In this order: what is known first, then what follows for this node. */
const RULES = [certify, finalise, advance, voteFinalise, voteNotarise, voteNullify, propose]

export function settle(machine: Machine): void {
  while (RULES.some((rule) => rule(machine))) {
    // Each rule that changes something adds a vote, a certificate, a block or a view: there are
    // finitely many to add before something has to come from outside.
  }
  findWanted(machine)
  tellItems(machine)
  pursueQuestions(machine)
}

export function passTick(machine: Machine): void {
  machine.ticks++
  giveOwed(machine)
  machine.timer.tick(isAwake(machine))
  expire(machine)
  passQuestionsTick(machine)
  if (machine.ticks % HEARTBEAT_TICKS === 0) {
    tellEveryone(machine)
    // An idle committee has no clock by which it would be said again, and others may not have heard it.
    tellOwnChange(machine)
    machine.peers.keepOnly(new Set([...everyone(machine), ...machine.catchUp.voters()]))
  }
  if (machine.timer.takeRetry()) sayAgain(machine)
  fetchWanted(machine)
  pursueDownload(machine)
}

/** Whether something waits to be decided. An idle committee starts no clock and sends nothing. */
function isAwake(machine: Machine): boolean {
  const { pool, changes, views, chain } = machine
  if (pool.size > 0 || changes.hasNext((change) => mayTry(machine, change))) return true
  const open = views.from(nextView(chain.tip.view))
  if (open.some(({ certificates }) => certificates.notarise)) return true
  const state = views.peek(machine.view)
  return state !== undefined && (!!state.proposal || hasVoted(machine, state, 'nullify'))
}

/** Messages get lost: what this node said in views that are not settled, it says again. */
function sayAgain(machine: Machine): void {
  const { config, committee, views, chain, outbox, pool, view } = machine
  tellEveryone(machine)
  for (const entry of pool.entries()) if (entry.from === config.self) entry.told = 'nobody'
  tellOwnChange(machine)
  if (!mayVote(machine)) return
  for (const state of views.from(nextView(chain.tip.view))) {
    const { notarise, nullify, finalise: final } = state.votes
    const said = [final, ...(state.view === view ? [notarise, nullify] : [])]
    for (const votes of said) {
      const vote = votes.get(config.self)
      if (!vote) continue
      const led = votes === notarise && leaderOf(config.network, committee, view) === config.self
      const block = led ? state.proposal : undefined
      const message = block ? proposalOf(machine, block, view) : { kind: 'vote' as const, vote }
      outbox.send(everyone(machine), message)
    }
  }
}

function tellOwnChange({ config, committee, changes, outbox }: Machine): void {
  const own = changes.own(config.self)
  const voters = committee.voters.map((voter) => voter.node)
  if (own) outbox.sendNow(voters, { kind: 'change', change: own.change })
}

function expire({ pool, changes, outbox, ticks }: Machine): void {
  const late = pool.expire(ticks)
  const lateChanges = changes.expire(ticks)
  outbox.loseSight(
    [...late, ...lateChanges].flatMap(({ proposal }) => (proposal === undefined ? [] : [proposal])),
    [],
  )
}

function fetchWanted({ wanted, ticks, committee, config, outbox }: Machine): void {
  const others = committee.voters.filter((voter) => voter.node !== config.self)
  for (const [digest, { sinceTick }] of wanted) {
    // Not in the first tick: it is probably on its way.
    if ((ticks - sinceTick) % WANT_TICKS !== 1) continue
    const peer = others[config.random.int(Math.max(1, others.length))]
    if (peer) outbox.sendNow([peer.node], { kind: 'want', digest })
  }
}
