/**
 * What is left of a chain when its committee is overruled (docs/adr/0016), and the chain that goes on
 * from there under an admin's mandate.
 *
 * All final blocks are taken over, and above them the way to the block that is notarised in the latest
 * view. That loses nothing that any voter here voted to finalise: let B, of view v, be finalised by a
 * quorum with this node in it. It held B, its ancestors and its notarisation then (`voteFinalise`), and
 * their records stand before its vote's. Whatever is notarised in a later view is on top of B (the proof is in `finalising.ts`), so the way to
 * the latest one leads over B.
 */
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex, SalvagedEntry, SalvagedLog } from '../index.ts'
import { type Block, createBlock, endOf } from './block.ts'
import type { Certificate } from './certificate.ts'
import { committeeOf } from './compacting.ts'
import { createMachine, type Machine, type SimplexConfig } from './machine.ts'
import {
  type BlockDigest,
  type Epoch,
  FIRST_EPOCH,
  type Height,
  nextHeight,
  nextView,
  toHex,
  type View,
} from './numbering.ts'
import { type Committee, membersOf } from './quorum.ts'
import { encodeRecord } from './records.ts'
import { replay } from './replay.ts'
import { encodeSnapshot, parseSnapshot } from './snapshots.ts'

/** The last block that may have been final, and what shows that a quorum voted for it. */
export interface ChainEnd {
  digest: BlockDigest
  height: Height
  /** The last entry of the log. */
  index: LogIndex
  /** Of two ends the one with the later epoch, and in one epoch the later view, holds more. */
  epoch: Epoch
  view: View
  /** Undefined for the genesis, and where a snapshot was taken and nothing since. */
  certificate: Certificate | undefined
}

export interface SalvagedChain extends SalvagedLog {
  kind: 'simplex'
  end: ChainEnd
  /** Whom the chain names for an epoch of it. */
  committeeOf(epoch: Epoch): Committee | undefined
  /** Whether that block is on the way to the end, as far as it goes back. */
  has(digest: BlockDigest): boolean
}

/** `committee` stands until the log names another. Throws RECORD_MALFORMED. */
export function salvageChain(
  { network, committee }: Pick<SimplexConfig, 'network' | 'committee'>,
  records: readonly Uint8Array[],
): SalvagedChain {
  const machine = createMachine({
    ...{ self: NOBODY, network, committee, state: undefined },
    ...{ signer: { publicKey: NO_BYTES, sign: nothing }, verify: nothing, random: NO_CHANCE },
    ...{ standingOf: nothing, mayChange: nothing },
  })
  replay(machine, records)
  const { chain, snapshots } = machine
  const held = snapshots.held()
  const content = held && parseSnapshot(held.bytes)
  const after = content?.index ?? 0
  const end = endOfChain(machine)
  const blocks = [...chain.final().map(({ block }) => block), ...openBlocks(machine)]
  return {
    kind: 'simplex',
    snapshot: content && {
      ...{ index: content.index, state: content.state, term: content.base?.view ?? 0 },
      members: membersOf(content.committee),
    },
    entries: blocks.flatMap(entriesOf).filter(({ index }) => index > after),
    committed: Math.max(chain.tip.index, after) as LogIndex,
    last: { index: end.index, term: end.view },
    end,
    committeeOf: (epoch) => committeeOf(machine, epoch),
    has: (digest) => digest === chain.tip.digest || blocks.some((one) => one.digest === digest),
  }
}

/** The latest that is notarised on top of the last final block, or that one. */
export function endOfChain(machine: Machine): ChainEnd {
  const { chain, committee, links } = machine
  const certificate = latestNotarisation(machine)
  const block = certificate?.digest === undefined ? undefined : chain.get(certificate.digest)
  if (certificate && block) {
    const { digest, height } = block
    const { epoch, view } = certificate
    return { digest, height, index: endOf(block), epoch, view, certificate }
  }
  const { digest, height, index, view } = chain.tip
  const own = [...links, ...chain.final()].findLast(
    (one) => one.certificate?.digest === digest,
  )?.certificate
  const place = own ?? { epoch: committee.epoch, view }
  return { digest, height, index, epoch: place.epoch, view: place.view, certificate: own }
}

function latestNotarisation({ chain, views }: Machine): Certificate | undefined {
  return views
    .from(nextView(chain.tip.view))
    .map(({ certificates }) => certificates.notarise)
    .findLast((one) => one?.digest !== undefined && Array.isArray(chain.pathTo(one.digest)))
}

function openBlocks(machine: Machine): Block[] {
  const digest = latestNotarisation(machine)?.digest
  const path = digest === undefined ? [] : machine.chain.pathTo(digest)
  return Array.isArray(path) ? path : []
}

function entriesOf(block: Block): SalvagedEntry[] {
  const { view: term, change } = block
  const payloads = block.items.flatMap(({ payload }) => payload ?? [])
  const entries = payloads.map((payload, at): SalvagedEntry => {
    return { index: (block.index + at + 1) as LogIndex, term, payload }
  })
  if (!change) return entries
  const members = membersOf(change.committee)
  return [...entries, { index: endOf(block), term, payload: NO_BYTES, members }]
}

/**
 * Where the copy of a node that follows ends. It holds no blocks; what stands for the last one is the
 * SHA-256 of the state as of it, which the mandate names.
 */
export function endOfFollowed(index: LogIndex, state: Uint8Array): ChainEnd {
  return {
    ...{ digest: toHex(state) as BlockDigest, height: 0 as Height, index },
    ...{ epoch: FIRST_EPOCH, view: 0 as View, certificate: undefined },
  }
}

/**
 * The records of a chain that goes on after `end` with this committee. Its first block is the
 * foundation: it brings the committee as a change of members does, certified by nobody but the mandate.
 */
export function foundChainAfter(
  end: ChainEnd,
  committee: Committee,
  stateAt: (index: LogIndex) => Uint8Array,
): Uint8Array[] {
  const base = createBlock({
    ...{ epoch: (committee.epoch - 1) as Epoch, view: nextView(end.view) },
    ...{ height: nextHeight(end.height), parent: end.digest, index: end.index, items: [] },
    change: { nonce: NO_NONCE, committee },
  })
  const index = endOf(base)
  const snapshot = encodeSnapshot({ index, base, committee, state: stateAt(index) })
  return [encodeRecord({ kind: 'snapshot', snapshot })]
}

/** Whose log it is makes no difference to what it holds. */
const NOBODY = '' as NodeId
const NO_BYTES = new Uint8Array()
const NO_NONCE = '0'.repeat(32)
/** Reading a log back signs, checks and proposes nothing. */
function nothing(): never {
  throw new Error('A log that is read back decides nothing.')
}
const NO_CHANCE = { bytes: nothing, float: nothing, int: nothing }
