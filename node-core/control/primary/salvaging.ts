/** A copy read from its log alone, and the log of a new era founded on it (docs/adr/0016). */
import type { Disk } from '../../base/disk/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { FoundedNetwork } from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { foundAfter, type SalvagedLog, salvage } from '../consensus/raft/index.ts'
import { createRecordLog } from '../log/index.ts'
import { createBatchReader, createRegistry, type Registry } from '../registry/index.ts'
import { type CommitteeStatement, type Era, toEra } from '../succession/index.ts'
import type { LogName } from './log-name.ts'
import { createMachine } from './machine.ts'
import { logFolder } from './standing.ts'

export interface SalvagingDeps {
  network: FoundedNetwork
  disk: Disk
  random: Random
  logger: Logger
}

/** Everything of a copy: what was committed, and what may have been. */
export interface SalvagedCopy {
  log: SalvagedLog
  registry: Registry
  /** Of the key-value store, as of the last entry that is known to be committed. */
  revision: number
}

/** The log must not be open. Throws LOG_DAMAGED, RAFT_RECORDS_DAMAGED. */
export async function readCopy(deps: SalvagingDeps, name: LogName): Promise<SalvagedCopy> {
  const { network, disk, random, logger } = deps
  const records = createRecordLog({ disk, random, logger }, { folder: logFolder(name) })
  const log = salvage((await records.open()).records)
  await records.close()
  const registry = createRegistry({ network, voters: [] })
  const machine = createMachine(createBatchReader(network), registry)
  if (log.snapshot) machine.restore(log.snapshot.state)
  let { revision } = registry.view
  for (const entry of log.entries) {
    if (entry.index <= registry.index) continue
    machine.apply(entry)
    if (entry.index <= log.committed) revision = registry.view.revision
  }
  return { log, registry, revision }
}

/** Who voted last, as far as the copy tells. */
export function membersOf({ log }: SalvagedCopy): readonly NodeId[] {
  const changed = log.entries.findLast(({ members }) => members !== undefined)?.members
  return (changed ?? log.snapshot?.members)?.voters ?? []
}

/** What is signed: this copy goes on, with one voter, in the era after `ended`. */
export function statementOn(
  copy: SalvagedCopy,
  of: { ended: Era; voter: Uint8Array; atMs: number; termsMax: number },
): CommitteeStatement {
  const { log, revision } = copy
  return {
    era: toEra(of.ended + 1),
    index: (log.last.index + 1) as LogIndex,
    voters: [of.voter],
    ended: {
      ...{ era: of.ended, voters: membersOf(copy), revision, atMs: of.atMs },
      ...{ last: log.last.index, term: log.last.term },
      terms: termsOf(log).slice(-of.termsMax),
    },
  }
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
  { log, registry }: SalvagedCopy,
  voter: NodeId,
): Promise<void> {
  const { disk, random, logger } = deps
  await disk.remove(logFolder(name))
  const { records } = foundAfter(log, { voters: [voter], learners: [] }, (index) => {
    registry.apply(index, [], [voter])
    return registry.snapshot()
  })
  const founded = createRecordLog({ disk, random, logger }, { folder: logFolder(name) })
  await founded.open()
  await founded.append(records, { sync: true })
  await founded.close()
}
