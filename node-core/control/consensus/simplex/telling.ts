/**
 * What this node waits for is told to whoever proposes next, and to nobody else: a message costs as
 * much as a vote does. Where a view goes on without it, the next leader is told. After a while all
 * voters are, so that whoever leads takes it, and that all start the clock of a view in which nothing
 * comes (`isAwake`).
 */
import type { NodeId } from '../../../base/net/index.ts'
import { type Item, itemKey } from './block.ts'
import { leaderOf } from './leader.ts'
import { FORWARD_BYTES_MAX, TELL_ALL_TICKS } from './limits.ts'
import type { Machine } from './machine.ts'
import { nextView } from './numbering.ts'
import type { PoolEntry } from './pool.ts'

export function tellItems(machine: Machine): void {
  const { pool, committee, ticks } = machine
  const late: PoolEntry[] = []
  const young: PoolEntry[] = []
  for (const entry of pool.entries()) {
    if (entry.told === 'everyone') continue
    const kind = ticks - entry.bornTick < TELL_ALL_TICKS ? young : late
    kind.push(entry)
  }
  for (const entry of late) entry.told = 'everyone'
  const voters = committee.voters.map((voter) => voter.node)
  send(machine, voters, late)
  tellNextLeader(machine, young)
}

function tellNextLeader(machine: Machine, entries: readonly PoolEntry[]): void {
  const next = nextProposer(machine)
  const untold = entries.filter(({ told }) => told !== next)
  if (untold.length === 0) return
  const placed = new Set<string>()
  for (const block of machine.chain.open()) {
    for (const item of block.items) placed.add(itemKey(item))
  }
  const waiting = untold.filter(({ key }) => !placed.has(key))
  for (const entry of waiting) entry.told = next
  send(machine, [next], waiting)
}

/** The leader of this view, or of the next where the block of this one is known. */
function nextProposer({ config, committee, views, view }: Machine): NodeId {
  const isOver = views.peek(view)?.proposal !== undefined
  return leaderOf(config.network, committee, isOver ? nextView(view) : view)
}

function send({ outbox }: Machine, to: readonly NodeId[], entries: readonly PoolEntry[]): void {
  let items: Item[] = []
  let bytes = 0
  for (const { item } of entries) {
    const sizeBytes = item.payload.byteLength
    if (items.length > 0 && bytes + sizeBytes > FORWARD_BYTES_MAX) {
      outbox.sendNow(to, { kind: 'items', items })
      items = []
      bytes = 0
    }
    items.push(item)
    bytes += sizeBytes
  }
  if (items.length > 0) outbox.sendNow(to, { kind: 'items', items })
}
