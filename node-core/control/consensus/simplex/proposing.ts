/** What a leader proposes, and when. */
import { assert } from '../../../base/errors/index.ts'
import { type Block, type Change, createBlock, endOf, type Item, itemKey } from './block.ts'
import { takeBlock } from './certifying.ts'
import { isGathering } from './gathering.ts'
import { leaderOf } from './leader.ts'
import { BLOCK_BYTES_AIM, BLOCK_ITEMS_MAX } from './limits.ts'
import { epochOf, everyone, type Machine, mayVote } from './machine.ts'
import type { Message } from './messages.ts'
import { nextHeight, type View } from './numbering.ts'
import type { PoolEntry } from './pool.ts'
import { cast, hasVoted } from './voting.ts'

/** Rule: the leader of the view proposes once, and only if somebody waits for it. */
export function propose(machine: Machine): boolean {
  const { config, committee, view, timer } = machine
  if (!mayVote(machine) || leaderOf(config.network, committee, view) !== config.self) return false
  const state = machine.views.at(view)
  if (state.proposal || hasVoted(machine, state, 'notarise')) return false
  if (hasVoted(machine, state, 'nullify')) return false
  const parent = findParent(machine)
  if (!parent) return false
  if (parent.block?.change) {
    if (!timer.isLate()) return false
    state.proposal = parent.block
  } else {
    const change = machine.changes.next((candidate) => mayTry(machine, candidate))
    const entries = change ? [] : chooseEntries(machine, parent.block)
    if (!change && isGathering(machine, parent.block, entries)) return false
    for (const entry of entries) entry.told = 'everyone'
    const items = entries.map((entry) => entry.item)
    state.proposal = createBlock({ ...placeOn(machine, parent.block), items, change })
  }
  takeBlock(machine, state.proposal)
  cast(machine, { kind: 'notarise', view, digest: state.proposal.digest })
  timer.extend()
  machine.outbox.send(everyone(machine), proposalOf(machine, state.proposal, view))
  return true
}

/** The message with which this node proposed in that view. */
export function proposalOf(machine: Machine, block: Block, view: View): Message {
  const vote = machine.views.at(view).votes.notarise.get(machine.config.self)
  assert(vote, 'A leader votes for what it proposes.')
  const before = machine.views.peek((view - 1) as View)?.certificates
  const entered = before?.finalise ?? before?.notarise ?? before?.nullify
  return { kind: 'propose', block: block.bytes, vote, entered }
}

export function mayTry(machine: Machine, { committee }: Change): boolean {
  return machine.config.mayChange(machine.committee, committee)
}

/**
 * The latest notarised block with only nullified views since. An undefined block stands for the last
 * final one. Undefined while something is missing, and notes what.
 */
function findParent(machine: Machine): { block: Block | undefined } | undefined {
  const { chain, views } = machine
  for (let at = machine.view - 1; at > chain.tip.view; at--) {
    const certificates = views.peek(at as View)?.certificates
    const block = certificates?.notarise?.digest && chain.get(certificates.notarise.digest)
    if (block) return { block }
    if (certificates?.nullify) continue
    machine.lacking = at as View
    return undefined
  }
  return { block: undefined }
}

function placeOn(machine: Machine, parent: Block | undefined) {
  const { tip } = machine.chain
  const below = parent
    ? { digest: parent.digest, height: parent.height, index: endOf(parent) }
    : tip
  return {
    epoch: epochOf(machine),
    view: machine.view,
    height: nextHeight(below.height),
    parent: below.digest,
    index: below.index,
  }
}

/** The oldest that are not yet in a block between the last final one and this parent. */
function chooseEntries(machine: Machine, parent: Block | undefined): PoolEntry[] {
  const taken = new Set<string>()
  for (const item of itemsAbove(machine, parent)) taken.add(itemKey(item))
  const chosen: PoolEntry[] = []
  let bytes = 0
  for (const entry of machine.pool.entries()) {
    if (taken.has(entry.key)) continue
    const sizeBytes = entry.item.payload.byteLength
    if (chosen.length > 0 && bytes + sizeBytes > BLOCK_BYTES_AIM) break
    if (chosen.length === BLOCK_ITEMS_MAX) break
    bytes += sizeBytes
    chosen.push(entry)
  }
  return chosen
}

function* itemsAbove({ chain }: Machine, parent: Block | undefined): Generator<Item> {
  let at = parent
  while (at && at.height > chain.tip.height) {
    yield* at.items
    at = chain.get(at.parent)
  }
}
