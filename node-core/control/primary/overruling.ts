/**
 * The end of a copy whose era is over. What it holds that the copy which goes on does not is on disk
 * as a report before anything of it is removed.
 */
import type { Clock } from '../../base/clock/index.ts'
import { equalBytes } from '../../base/codec/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { nodeIdOf, verify } from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import {
  parseCertificate,
  type SalvagedChain,
  verifyCertificate,
} from '../consensus/simplex/index.ts'
import { toEra } from '../succession/index.ts'
import type { Ending } from './era-book.ts'
import { commonWith, type LateReport, lateCommands, lateRows } from './late.ts'
import type { LateBook } from './late-book.ts'
import type { LogName } from './log-name.ts'
import {
  readCopy,
  type SalvagedCopy,
  type SalvagingDeps,
  stateDigest,
  writeFoundedLog,
} from './salvaging.ts'
import { eraseReplica, writeStanding } from './standing.ts'

export interface OverrulingDeps extends SalvagingDeps {
  self: NodeId
  clock: Clock
  late: LateBook
}

/** Whether a mandate says that this node alone goes on. */
export function goesOnHere({ statement }: Ending, self: NodeId): boolean {
  return statement.voters.length === 1 && statement.voters.map(nodeIdOf).includes(self)
}

/**
 * From the copy of this node, which the mandate names. Whole or not at all: until the standing names
 * the new log, a crash begins anew from the old one.
 */
export async function foundOn(
  deps: OverrulingDeps,
  copy: SalvagedCopy,
  ending: Ending,
  names: { from: LogName; to: LogName },
): Promise<void> {
  await writeFoundedLog(deps, names.to, copy, ending)
  await writeStanding(deps.disk, 'holding', { log: names.to })
  await deps.disk.remove(`registry/log${names.from}`)
  deps.logger.warn('This node begins a new era with all that its copy holds.', {
    last: copy.log.last.index,
  })
}

/** Reports what was late, and then forgets the copy. */
export async function giveUp(deps: OverrulingDeps, name: LogName, ending: Ending): Promise<void> {
  const report = await reportOn(deps, name, ending)
  const { commands, rows, unreadable, altered } = report
  const isNews = commands.length > 0 || rows.length > 0 || unreadable || altered
  if (isNews) await deps.late.keep(report)
  deps.logger.warn('This node’s copy was overruled.', {
    late: commands.length,
    unreadable,
    altered,
  })
  // Of a log that cannot be read nobody knows what it held: it stays for whoever can. So does one that
  // tells another past than the one that others are made to believe.
  if (unreadable || altered) await deps.disk.remove('registry/standing.cbor')
  else await eraseReplica(deps.disk, name)
}

async function reportOn(deps: OverrulingDeps, name: LogName, ending: Ending): Promise<LateReport> {
  const head = {
    ...{ era: eraOf(name), overruledBy: ending.hash, atMs: deps.clock.wallMs() },
    ...{ common: 0 as LogIndex, compacted: false, unreadable: false, altered: false },
    ...{ commands: [], rows: [] },
  }
  try {
    const copy = await readCopy(deps, name)
    const { index, compacted } = commonWith(copy.log, ending.ended)
    return {
      ...{ ...head, common: index, compacted },
      altered: copy.log.kind === 'simplex' && (await isAltered(deps, name, copy.log, ending)),
      commands: lateCommands(deps.network, copy.log, index),
      rows: compacted ? lateRows(copy.registry.view, ending.ended.revision) : [],
    }
  } catch (error) {
    deps.logger.error('A log that was overruled cannot be read.', { error: messageOf(error) })
    return { ...head, unreadable: true }
  }
}

/** Whether this copy shows that a mandate goes on from something else than it says (docs/adr/0016). */
async function isAltered(
  deps: OverrulingDeps,
  name: LogName,
  log: SalvagedChain,
  { ended: { certified, last } }: Ending,
): Promise<boolean> {
  const certificate = certified?.certificate && parseCertificate(certified.certificate)
  const committee = certificate && log.committeeOf(certificate.epoch)
  const scheme = { network: deps.network.id, verify }
  if (committee && !verifyCertificate(scheme, committee, certificate)) return true
  // Of a state that this copy never had, or has no more, it can say nothing.
  const isHere = last >= (log.snapshot?.index ?? 0) && last <= log.last.index
  if (!certified || !certificate?.digest || !isHere || !log.has(certificate.digest)) return false
  const then = await readCopy(deps, name, last)
  return !equalBytes(stateDigest(then.registry), certified.state)
}

function eraOf(name: LogName) {
  return toEra(Number(/^-(\d+)-/.exec(name)?.[1] ?? 0))
}
