/**
 * The end of a copy whose era is over. What it holds that the copy which goes on does not is on disk
 * as a report before anything of it is removed.
 */
import { equalBytes } from '../../base/codec/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { nodeIdOf, verify } from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { parseCertificate, verifyCertificate } from '../consensus/simplex/index.ts'
import type { Ending } from './era-book.ts'
import { dropBasis, groundOnFollowed } from './followed-copy.ts'
import { commonWith, isNews, type LateReport, lateCommands, lateRows } from './late.ts'
import type { LateBook } from './late-book.ts'
import { eraOf, type LogName } from './log-name.ts'
import {
  type Ground,
  groundOf,
  readCopy,
  type SalvagedCopy,
  type SalvagingDeps,
  stateDigest,
  writeFoundedLog,
} from './salvaging.ts'
import { eraseReplica, logFolder, markTold, writeStanding } from './standing.ts'

export interface OverrulingDeps extends SalvagingDeps {
  self: NodeId
  late: LateBook
}

/** Whether a mandate says that this node alone goes on. */
export function goesOnHere({ statement }: Ending, self: NodeId): boolean {
  return statement.voters.length === 1 && statement.voters.map(nodeIdOf).includes(self)
}

/**
 * From the copy of this node, which the mandate names. Whole or not at all: until the standing names
 * the new log, a crash begins anew from what was there.
 */
async function foundOn(
  deps: OverrulingDeps,
  ground: Ground,
  ending: Ending,
  to: LogName,
): Promise<void> {
  await writeFoundedLog(deps, to, ground, ending)
  await writeStanding(deps.disk, 'holding', { log: to })
  deps.logger.warn('This node begins a new era with all that its copy holds.', {
    last: ground.last.index,
  })
}

/** From its log, which goes. */
export async function foundOnLog(
  deps: OverrulingDeps,
  copy: SalvagedCopy,
  ending: Ending,
  names: { from: LogName; to: LogName },
): Promise<void> {
  await foundOn(deps, groundOf(copy), ending, names.to)
  await deps.disk.remove(logFolder(names.from))
}

/** From the copy that it followed. What its own log held, if it had one that could not be used, is told. */
export async function foundOnFollowed(
  deps: OverrulingDeps,
  state: Uint8Array,
  ending: Ending,
  names: { from: LogName | undefined; to: LogName },
): Promise<void> {
  if (names.from !== undefined) await giveUp(deps, names.from, ending)
  await foundOn(deps, groundOnFollowed(deps.network, state, ending), ending, names.to)
  await dropBasis(deps.disk)
}

/** Reports what was late, and then forgets the copy. */
export async function giveUp(deps: OverrulingDeps, name: LogName, ending: Ending): Promise<void> {
  const report = await reportOn(deps, name, ending)
  const { commands, unreadable, altered } = report
  if (isNews(report)) await deps.late.keep(report, `log${name}`)
  deps.logger.warn('This node’s copy was overruled.', {
    late: commands.length,
    unreadable,
    altered,
  })
  // Of a log that cannot be read nobody knows what it held: it stays for whoever can. So does one that
  // tells another past than the one that others are made to believe.
  if (!unreadable && !altered) return eraseReplica(deps.disk, name)
  await markTold(deps.disk, name)
  await deps.disk.remove('registry/standing.cbor')
}

async function reportOn(deps: OverrulingDeps, name: LogName, ending: Ending): Promise<LateReport> {
  const head = {
    ...{ era: eraOf(name), overruledBy: ending.hash, atMs: deps.clock.wallMs() },
    ...{ common: 0 as LogIndex, compacted: false, unreadable: false, altered: false },
    ...{ commands: [], rows: [] },
  }
  try {
    const { log, registry } = await readCopy(deps, name)
    const past = await pastOf(deps, name, log, ending)
    const { last, revision } = ending.ended
    const { index, compacted } =
      past === 'same' ? { index: last, compacted: false } : commonWith(log, ending.ended)
    return {
      ...{ ...head, common: index, compacted, altered: past === 'altered' },
      commands: lateCommands(deps.network, log, index),
      rows: compacted ? lateRows(registry.view, revision) : [],
    }
  } catch (error) {
    deps.logger.error('A log that was overruled cannot be read.', { error: messageOf(error) })
    return { ...head, unreadable: true }
  }
}

/**
 * What this copy shows of the past that a mandate goes on from (docs/adr/0016). Undefined where it
 * cannot say, and where the terms that are told say it all.
 */
async function pastOf(
  deps: OverrulingDeps,
  name: LogName,
  log: SalvagedCopy['log'],
  { ended: { certified, last, followed } }: Ending,
): Promise<'same' | 'altered' | undefined> {
  if (!certified) return undefined
  if (!followed && log.kind === 'simplex') {
    const certificate = certified.certificate && parseCertificate(certified.certificate)
    const committee = certificate && log.committeeOf(certificate.epoch)
    const scheme = { network: deps.network.id, verify }
    if (committee && !verifyCertificate(scheme, committee, certificate)) return 'altered'
    if (!certificate?.digest || !log.has(certificate.digest)) return undefined
  }
  // Of a state that this copy never had, or has no more, it can say nothing.
  if (last < (log.snapshot?.index ?? 0) || last > log.last.index) return undefined
  const then = await readCopy(deps, name, last)
  if (equalBytes(stateDigest(then.registry), certified.state)) return 'same'
  // What followed had committed entries alone; what is not known here to be may be another's.
  return followed && last > log.committed ? undefined : 'altered'
}
