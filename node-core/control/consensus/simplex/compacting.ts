/** Forgetting what a snapshot contains, and going on from one. */
import { assert } from '../../../base/errors/index.ts'
import type { Checkpoint, LogIndex } from '../index.ts'
import { type Block, endOf, parseBlock } from './block.ts'
import { write } from './certifying.ts'
import { epochOf, type Machine } from './machine.ts'
import type { ProvenBlock } from './messages.ts'
import { type Epoch, nextHeight, nextView } from './numbering.ts'
import { type Committee, membersOf } from './quorum.ts'
import { type EngineRecord, encodeRecord } from './records.ts'
import { encodeSnapshot, parseSnapshot } from './snapshots.ts'

/** Its height: several blocks in a row may end at one index. */
export function checkpointOf({ height }: Block): Checkpoint {
  return height as number as Checkpoint
}

/** Takes the state as of `index`; returns the records that replace all before. Undefined if it is old. */
export function compact(
  machine: Machine,
  index: LogIndex,
  state: Uint8Array,
  at?: Checkpoint,
): Uint8Array[] | undefined {
  const { chain, snapshots } = machine
  assert(index <= machine.delivered, 'Only what was delivered can be compacted.')
  const before = snapshots.held()
  // Another's has come meanwhile, and may not be on disk yet.
  if (before && index < before.claim.index) return undefined
  const base = findBase(machine, index, at) ?? before?.base
  const committee = base?.change?.committee ?? committeeOf(machine, base?.epoch ?? (0 as Epoch))
  assert(committee, 'The committee after a final block is known.')
  const content = { index, base, committee, state }
  const snapshot = encodeSnapshot(content)
  snapshots.hold(snapshot, content)
  if (base) chain.forgetBelow(nextHeight(base.height))
  return recordsOf(machine, snapshot, base).map(encodeRecord)
}

/** Everything restarts from this snapshot, which is believed (own disk, or vouched for). */
export function restore(machine: Machine, bytes: Uint8Array): boolean {
  const content = parseSnapshot(bytes)
  if (!content) return false
  const { chain, views, outbox, pool, snapshots } = machine
  const { index, base, committee, state } = content
  write(machine, { kind: 'snapshot', snapshot: bytes }, { sync: true })
  const sameEpoch = committee.epoch === epochOf(machine)
  chain.reset(base)
  const after = nextView(chain.tip.view)
  // Votes of this epoch stay: what was said in a later view must not be said otherwise.
  if (sameEpoch) {
    views.dropBelow(after)
  } else {
    views.clear()
    chain.dropOpen()
    machine.written.clear()
  }
  machine.view = sameEpoch && machine.view > after ? machine.view : after
  machine.committee = committee
  machine.catchUp.follow(committee)
  machine.delivered = index
  machine.uncheckedBytes = 0
  machine.hasState = true
  machine.wanted.clear()
  machine.lacking = undefined
  machine.timer.enter()
  snapshots.hold(bytes, content)
  // On the way back from disk the state machine needs the last one only.
  if (machine.replaying) outbox.dropDeliveries()
  const members = membersOf(committee)
  const snapshot = { index, state, members }
  outbox.deliver({ snapshot, committed: [], fates: [] })
  // It may be in the blocks that were passed over, or not.
  const own = pool.takeOwn()
  const changes = sameEpoch ? [] : machine.changes.takeAll()
  outbox.loseSight(
    [...own, ...changes].flatMap(({ proposal }) => (proposal === undefined ? [] : [proposal])),
    [],
  )
  return true
}

/** The members of an epoch that is not over, or whose end is remembered. */
export function committeeOf(machine: Machine, epoch: Epoch): Committee | undefined {
  if (epoch === epochOf(machine)) return machine.committee
  if (epoch === machine.config.committee.epoch) return machine.config.committee
  // The last block of the epoch before names it.
  const link = machine.links.find(({ certificate }) => certificate?.epoch === epoch - 1)
  const committee = link && parseBlock(link.block)?.change?.committee
  return committee?.epoch === epoch ? committee : undefined
}

function findBase({ chain }: Machine, index: LogIndex, at?: Checkpoint): Block | undefined {
  return chain
    .final()
    .findLast(({ block }) => endOf(block) <= index && checkpointOf(block) <= (at ?? ANYWHERE))
    ?.block
}

const ANYWHERE = Number.POSITIVE_INFINITY

function recordsOf(
  machine: Machine,
  snapshot: Uint8Array,
  base: Block | undefined,
): EngineRecord[] {
  const { chain, views, config } = machine
  const isWithin = ({ block, certificate }: ProvenBlock): boolean => {
    const epoch = certificate?.epoch ?? 0
    if (!base || epoch !== base.epoch) return base !== undefined && epoch < base.epoch
    return (parseBlock(block)?.height ?? 0) <= base.height
  }
  const records: EngineRecord[] = machine.links
    .filter(isWithin)
    .map((link) => ({ kind: 'link', link }))
  records.push({ kind: 'snapshot', snapshot })
  for (const { block, certificate } of chain.final()) {
    if (block.height <= (base?.height ?? 0)) {
      records.push({ kind: 'kept', kept: { block: block.bytes, certificate } })
      continue
    }
    records.push({ kind: 'block', block: block.bytes })
    if (certificate) records.push({ kind: 'certificate', certificate })
  }
  for (const block of chain.open()) records.push({ kind: 'block', block: block.bytes })
  for (const state of views.from(nextView(chain.tip.view))) {
    for (const certificate of Object.values(state.certificates)) {
      records.push({ kind: 'certificate', certificate })
    }
    for (const votes of Object.values(state.votes)) {
      const vote = votes.get(config.self)
      if (vote) records.push({ kind: 'vote', vote })
    }
  }
  return records
}
