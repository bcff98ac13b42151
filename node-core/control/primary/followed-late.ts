/**
 * What copies that followed held beyond the one that is gone on from (docs/adr/0016): it was committed,
 * and its authors were told so.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { FoundedNetwork } from '../../identity/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { createRegistry, type Registry } from '../registry/index.ts'
import type { Ending } from './era-book.ts'
import type { FollowedCopy } from './followed-copy.ts'
import { isNews, type LateReport, lateCommands, lateRows } from './late.ts'
import type { LateBook } from './late-book.ts'
import { eraOf, type LogName } from './log-name.ts'
import { copiesIn, copyFileOf } from './standing.ts'

export interface FollowedLateDeps {
  network: FoundedNetwork
  log: LogName
  late: LateBook
  clock: Clock
  logger: Logger
}

/** On disk when it resolves, if there is anything to tell. */
export async function reportFollowed(
  { network, log, late, clock, logger }: FollowedLateDeps,
  { index, view, latest }: Pick<FollowedCopy, 'index' | 'view' | 'latest'>,
  { ended, hash }: Ending,
): Promise<void> {
  if (index <= ended.last) return
  const entries = latest.filter((entry) => entry.index > ended.last)
  const compacted = entries.length < index - ended.last
  const known = entries.map((entry) => ({ ...entry, term: 0 }))
  const report: LateReport = {
    ...{ era: eraOf(log), overruledBy: hash, atMs: clock.wallMs() },
    ...{ common: ended.last, compacted, unreadable: false, altered: false },
    commands: lateCommands(network, { entries: known, committed: index }, ended.last),
    rows: compacted ? lateRows(view, ended.revision) : [],
  }
  const { commands, rows } = report
  if (!isNews(report)) return
  await late.keep(report, `followed${log}`)
  logger.warn('What this node followed was overruled.', {
    ...{ late: commands.length + rows.length, compacted },
  })
}

/** Of an era that ended while this node was down, or stopped before it had told. */
export async function giveUpKept(
  deps: FollowedLateDeps & { disk: Disk },
  ending: Ending | undefined,
): Promise<void> {
  const { disk } = deps
  for (const log of await copiesIn(disk)) {
    if (log === deps.log || !ending) continue
    const bytes = await disk.read(copyFileOf(log))
    const registry = bytes && restored(deps, bytes)
    if (registry) {
      const { index, view } = registry
      await reportFollowed({ ...deps, log }, { index, view, latest: [] }, ending)
    } else if (bytes) {
      // Whether it held anything beyond nobody knows: it stays for whoever can read it.
      await disk.writeAtomic(`registry/unreadable${log}.snapshot`, bytes, { mode: 0o600 })
      await deps.late.keep(
        {
          ...{ era: eraOf(log), overruledBy: ending.hash, atMs: deps.clock.wallMs() },
          ...{ common: 0 as LogIndex, compacted: false, unreadable: true, altered: false },
          ...{ commands: [], rows: [] },
        },
        `followed${log}`,
      )
    }
    await disk.remove(copyFileOf(log))
  }
}

function restored({ network, logger }: FollowedLateDeps, bytes: Uint8Array): Registry | undefined {
  const registry = createRegistry({ network, voters: [] })
  try {
    registry.restore(bytes)
    return registry
  } catch (error) {
    logger.warn('A copy that was overruled cannot be read.', { error: messageOf(error) })
    return undefined
  }
}
