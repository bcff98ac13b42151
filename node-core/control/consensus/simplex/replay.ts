/** A machine as it was, from what it wrote down. */
import { assert } from '../../../base/errors/index.ts'
import type { LogIndex } from '../index.ts'
import { type Block, parseBlock } from './block.ts'
import { accept, advance, certify, takeBlock } from './certifying.ts'
import { restore } from './compacting.ts'
import { finalise } from './finalising.ts'
import { addLink, epochOf, type Machine } from './machine.ts'
import { type EngineRecord, parseRecord } from './records.ts'
import { encodeSnapshot } from './snapshots.ts'

/**
 * Nothing is checked again: this node checked it before it wrote it. Throws RECORD_MALFORMED for
 * what it did not write.
 */
export function replay(machine: Machine, records: readonly Uint8Array[]): void {
  const { state, committee } = machine.config
  if (state && records.length === 0) {
    const founding = { index: 0 as LogIndex, base: undefined, committee, state }
    // It is written down, so that from then on the log begins with it.
    assert(restore(machine, encodeSnapshot(founding)), 'The founding state is readable.')
  }
  machine.replaying = true
  for (const bytes of records) {
    replayOne(machine, parseRecord(bytes))
    while (certify(machine) || finalise(machine) || advance(machine)) {
      // Until nothing follows any more from what was read so far.
    }
  }
  machine.replaying = false
}

function replayOne(machine: Machine, record: EngineRecord): void {
  switch (record.kind) {
    case 'vote':
      // Of an epoch that is over: it cannot be said again.
      if (record.vote.epoch === epochOf(machine)) machine.views.add(record.vote)
      break
    case 'block':
      takeBlock(machine, read(record.block))
      break
    case 'certificate':
      accept(machine, record.certificate)
      break
    case 'link':
      addLink(machine, record.link)
      break
    case 'kept': {
      const { block, certificate } = record.kept
      machine.chain.keep({ block: read(block), certificate })
      break
    }
    case 'snapshot':
      assert(restore(machine, record.snapshot), 'An own snapshot is readable.')
      break
  }
}

function read(bytes: Uint8Array): Block {
  const block = parseBlock(bytes)
  assert(block, 'A block on disk is readable.')
  return block
}
