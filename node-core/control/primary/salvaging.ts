/** A copy read from its log alone, and the log of a new era founded on it (docs/adr/0016). */
import { createHash } from 'node:crypto'
import { type Clock, inTurns } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import { assert } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import { type FoundedNetwork, nodeIdOf } from '../../identity/index.ts'
import type { LogIndex, SalvagedLog } from '../consensus/index.ts'
import { foundAfter, type SalvagedRaftLog, salvage } from '../consensus/raft/index.ts'
import {
  type ChainEnd,
  encodeCertificate,
  foundChainAfter,
  type SalvagedChain,
  salvageChain,
} from '../consensus/simplex/index.ts'
import { createRecordLog } from '../log/index.ts'
import { createBatchReader, createRegistry, type Registry } from '../registry/index.ts'
import { type CertifiedEnd, type CommitteeStatement, type Era, toEra } from '../succession/index.ts'
import { firstCommitteeOf, foundingCommittee, isSimplex } from './engine.ts'
import type { Ending } from './era-book.ts'
import type { LogName } from './log-name.ts'
import { createMachine } from './machine.ts'
import { logFolder } from './standing.ts'

export interface SalvagingDeps {
  network: FoundedNetwork
  disk: Disk
  random: Random
  clock: Clock
  logger: Logger
}

/** What the log of a new era goes on from. */
export interface Ground {
  registry: Registry
  last: SalvagedRaftLog['last']
  /** Under Raft the highest that this node has heard of. */
  term: number
  /** Under Simplex. */
  chainEnd: ChainEnd | undefined
}

/** Everything of a copy: what was committed, and what may have been. */
export interface SalvagedCopy {
  log: SalvagedRaftLog | SalvagedChain
  registry: Registry
  /** Of the key-value store, as of the last entry that is known to be committed. */
  revision: number
}

/**
 * The log must not be open. The registry is as of its end, or of an entry before. Throws LOG_DAMAGED,
 * RAFT_RECORDS_DAMAGED, RECORD_MALFORMED.
 */
export async function readCopy(
  deps: SalvagingDeps,
  name: LogName,
  upTo = Number.POSITIVE_INFINITY,
): Promise<SalvagedCopy> {
  const { network, clock } = deps
  const log = await readLog(deps, name)
  const registry = createRegistry({ network, voters: [] })
  const machine = createMachine(createBatchReader(network), registry)
  if (log.snapshot) await inTurns(clock, machine.restoreSteps(log.snapshot.state))
  let { revision } = registry.view
  for (const entry of log.entries) {
    if (entry.index <= registry.index || entry.index > upTo) continue
    machine.apply(entry)
    if (entry.index <= log.committed) revision = registry.view.revision
  }
  return { log, registry, revision }
}

/** Without what its entries come to. Throws as `readCopy`. */
export async function readLog(
  deps: SalvagingDeps,
  name: LogName,
): Promise<SalvagedRaftLog | SalvagedChain> {
  const { disk, random, logger } = deps
  const records = createRecordLog({ disk, random, logger }, { folder: logFolder(name) })
  try {
    return salvageOf(deps, (await records.open()).records)
  } finally {
    await records.close()
  }
}

/** Of a log of Simplex any first committee will do: the log names those that it had. */
function salvageOf({ network }: SalvagingDeps, records: readonly Uint8Array[]) {
  const committee = foundingCommittee(network)
  return committee ? salvageChain({ network: network.id, committee }, records) : salvage(records)
}

/** Who voted last, as far as the copy tells. */
export function membersOf({ log }: Pick<SalvagedCopy, 'log'>): readonly NodeId[] {
  const changed = log.entries.findLast(({ members }) => members !== undefined)?.members
  return (changed ?? log.snapshot?.members)?.voters ?? []
}

export interface Signed {
  ended: Era
  voter: Uint8Array
  atMs: number
  termsMax: number
}

/** What is signed: this copy goes on, with one voter, in the era after `ended`. */
export function statementOn(copy: SalvagedCopy, of: Signed): CommitteeStatement {
  const { log, revision } = copy
  return {
    era: toEra(of.ended + 1),
    index: (log.last.index + 1) as LogIndex,
    voters: [of.voter],
    ended: {
      ...{ era: of.ended, voters: membersOf(copy), revision, atMs: of.atMs },
      ...{ last: log.last.index, term: log.last.term },
      terms: termsOf(log).slice(-of.termsMax),
      ...(log.kind === 'simplex' && { certified: certifiedEnd(copy.registry, log) }),
    },
  }
}

export function groundOf({ log, registry }: SalvagedCopy): Ground {
  return log.kind === 'raft'
    ? { registry, last: log.last, term: log.term, chainEnd: undefined }
    : { registry, last: log.last, term: log.last.term, chainEnd: log.end }
}

function certifiedEnd(registry: Registry, { end: { certificate } }: SalvagedChain): CertifiedEnd {
  return {
    certificate: certificate ? encodeCertificate(certificate) : null,
    state: stateDigest(registry),
  }
}

/** The snapshot is canonical, and nobody finds two with one SHA-256, as they may with the hash. */
export function stateDigest(registry: Registry): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(registry.snapshot()).digest())
}

function termsOf(log: SalvagedLog): [term: number, from: LogIndex][] {
  const terms: [number, LogIndex][] = []
  for (const { term, index } of [...(log.snapshot ? [log.snapshot] : []), ...log.entries]) {
    if (terms.at(-1)?.[0] !== term) terms.push([term, index])
  }
  return terms
}

/** The new log is whole on disk when it resolves. What stood in its folder was cut short by a crash. */
export async function writeFoundedLog(
  deps: SalvagingDeps,
  name: LogName,
  ground: Ground,
  ending: Ending,
): Promise<void> {
  const { disk, random, logger } = deps
  await disk.remove(logFolder(name))
  const founded = createRecordLog({ disk, random, logger }, { folder: logFolder(name) })
  try {
    await founded.open()
    await founded.append(foundedRecords(deps, ground, ending), { sync: true })
  } finally {
    await founded.close()
  }
}

function foundedRecords(
  { network }: SalvagingDeps,
  { registry, last, term, chainEnd }: Ground,
  ending: Ending,
): readonly Uint8Array[] {
  const voters = ending.statement.voters.map(nodeIdOf)
  const [voter] = voters
  assert(voter && voters.length === 1, 'One node goes on.')
  const stateAt = (epoch?: number) => (index: LogIndex) => {
    registry.beginEra(index, { voter, hash: ending.hash, ...(epoch !== undefined && { epoch }) })
    return registry.snapshot()
  }
  if (!isSimplex(network)) {
    return foundAfter({ last, term }, { voters, learners: [] }, stateAt()).records
  }
  assert(chainEnd, 'A chain goes on from where another ended.')
  const committee = firstCommitteeOf(ending)
  return foundChainAfter(chainEnd, committee, stateAt(committee.epoch))
}
