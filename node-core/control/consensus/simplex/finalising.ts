/** From a finalisation to entries of the log, and from the last block of an epoch to the next. */
import type { Checkpoint, CommittedEntry, Fate, LogIndex } from '../index.ts'
import type { Block, Change } from './block.ts'
import { endOf, isSameChange } from './block.ts'
import type { Certificate } from './certificate.ts'
import { takeBlock } from './certifying.ts'
import { checkpointOf } from './compacting.ts'
import { BLOCK_COST_BYTES, CHECKPOINT_BYTES, VIEWS_BEHIND_MAX } from './limits.ts'
import { addLink, type Machine } from './machine.ts'
import { nextView, type View } from './numbering.ts'
import { membersOf } from './quorum.ts'

/**
 * Rule: a finalised block is final, and its ancestors with it (Simplex §2.1). Why there is no other
 * at its height: let (v, B) be finalised. An honest voter of that quorum has not nullified v, so at
 * most W − q + f < q of the weight does, and v is never nullified; and no other block is notarised
 * in v. Whoever honest notarises a block in a later view w requires its parent to be notarised in a
 * view u with every view between u and w nullified, so u ≥ v, and by induction the parent is B or
 * one of its descendants.
 *
 * Why the certificate need not be on disk before the entries are delivered: all that the proof leans on
 * is. Each honest voter of the quorum has written down and synced its vote to finalise before it said
 * it, so after any crash it still never nullifies v; and what is delivered stays the only block that can
 * be final at its height. Nor can the block be lost: those honest voters that notarised it, over f of
 * the weight, synced it with their vote. What a node forgets is that it knew: it learns it again from
 * the votes, which are said again while the view is open, or from whoever is ahead. Records are on disk
 * in the order in which they were written, so a node that has voted in the next epoch still knows the
 * certificate that led it there.
 */
export function finalise(machine: Machine): boolean {
  const { views, chain, dissent } = machine
  // A newcomer without a state has nothing to apply blocks to.
  if (dissent.isForked() || !machine.hasState) return false
  const states = views.from(nextView(chain.tip.view))
  const certificate = states.findLast((state) => state.certificates.finalise)?.certificates.finalise
  if (!certificate?.digest) return false
  const path = chain.pathTo(certificate.digest)
  if (path === 'conflict') {
    dissent.addFork()
    return true
  }
  if (!Array.isArray(path)) return false
  for (const block of path) {
    const own = states.find((state) => state.certificates.finalise?.digest === block.digest)
    deliver(machine, block, own?.certificates.finalise)
  }
  machine.timer.finalised()
  const answered = path.reduce((sum, block) => sum + block.items.length, 0)
  machine.crowd.answered(answered + machine.pool.size)
  return path.length > 0
}

function deliver(machine: Machine, block: Block, certificate: Certificate | undefined): void {
  const { chain, outbox, views } = machine
  takeBlock(machine, block)
  machine.written.delete(block.digest)
  chain.finalise(block, certificate)
  outbox.deliver({
    snapshot: undefined,
    ...contentOf(machine, block),
    ...checkpointAt(machine, block),
  })
  machine.delivered = Math.max(machine.delivered, chain.tip.index) as LogIndex
  machine.lacking = undefined
  if (block.change && certificate) {
    enterEpoch(machine, block, block.change, certificate)
  } else {
    views.dropBelow((block.view - VIEWS_BEHIND_MAX) as View)
    if (machine.view <= block.view) {
      machine.view = nextView(block.view)
      machine.timer.enter()
    }
  }
}

/**
 * A function of the chain alone, so that all nodes take their snapshots at the same blocks and can
 * vouch for each other's. Empty blocks fill the disk too.
 */
function checkpointAt(machine: Machine, block: Block): { checkpoint?: Checkpoint } {
  machine.uncheckedBytes += block.bytes.byteLength + BLOCK_COST_BYTES
  if (machine.uncheckedBytes < (machine.config.checkpointBytes ?? CHECKPOINT_BYTES)) return {}
  machine.uncheckedBytes = 0
  return { checkpoint: checkpointOf(block) }
}

/** The block's entries, and what may be answered once they are applied. */
function contentOf(machine: Machine, block: Block) {
  const committed: CommittedEntry[] = []
  const fates: Fate[] = []
  let index = block.index
  for (const item of block.items) {
    const { payload } = item
    const waiting = machine.pool.settle(item)
    index = (index + 1) as LogIndex
    // A snapshot may have been taken in the middle of a block.
    if (index > machine.delivered) committed.push({ index, payload })
    if (waiting?.proposal) fates.push({ id: waiting.proposal, outcome: 'committed', index })
  }
  if (block.change) {
    index = endOf(block)
    const members = membersOf(block.change.committee)
    if (index > machine.delivered) committed.push({ index, payload: new Uint8Array(), members })
    const own = machine.changes.own(machine.config.self)
    if (own?.proposal && isSameChange(own.change, block.change)) {
      fates.push({ id: own.proposal, outcome: 'committed', index })
    }
  }
  return { committed, fates }
}

/**
 * The block that changes the members is the last of its epoch: no honest voter notarises anything on
 * top of it before it is final, only itself again in a later view. So every node starts the next
 * epoch from the same block, in the view after that block's own, with the committee that the old one
 * certified.
 */
function enterEpoch(
  machine: Machine,
  block: Block,
  change: Change,
  certificate: Certificate,
): void {
  const { changes, outbox } = machine
  addLink(machine, { block: block.bytes, certificate })
  machine.committee = change.committee
  machine.catchUp.follow(change.committee)
  machine.views.clear()
  machine.chain.dropOpen()
  machine.written.clear()
  machine.view = nextView(block.view)
  machine.timer.enter()
  for (const other of changes.takeAll()) {
    // A change names the epoch it begins, so the others can be in no block any more.
    if (other.proposal && !isSameChange(other.change, change)) {
      outbox.refuse(other.proposal, 'CHANGE_REFUSED')
    }
  }
}
