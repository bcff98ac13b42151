/**
 * A log that is whole and that its node may not vote with: it was put back from a copy, or nothing says
 * what it is (docs/adr/0018). An admin may go on from it in an era of its own (docs/adr/0016), where
 * what it has forgotten binds nobody; where every voter was put back, nothing else is left.
 */
import { messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import type { ChainEnd, Committee, Epoch } from '../consensus/simplex/index.ts'
import type { LogName } from './log-name.ts'
import { membersOf, readLog, type SalvagingDeps } from './salvaging.ts'
import { hasLog } from './standing.ts'

export interface SetAside {
  voters: readonly NodeId[]
  last: LogIndex
  lastTerm: number
  committed: LogIndex
  /** Under Simplex. */
  end: ChainEnd | undefined
  committeeOf(epoch: Epoch): Committee | undefined
}

/** Undefined where there is no log, or it cannot be read. Nobody else may have it open. */
export async function readSetAside(
  deps: SalvagingDeps,
  name: LogName,
): Promise<SetAside | undefined> {
  if (!(await hasLog(deps.disk, name))) return undefined
  try {
    const log = await readLog(deps, name)
    const isChain = log.kind === 'simplex'
    return {
      ...{ voters: membersOf({ log }), last: log.last.index, lastTerm: log.last.term },
      ...{ committed: log.committed, end: isChain ? log.end : undefined },
      committeeOf: isChain ? (epoch) => log.committeeOf(epoch) : () => undefined,
    }
  } catch (error) {
    deps.logger.warn('A log that is set aside cannot be read.', { error: messageOf(error) })
    return undefined
  }
}
