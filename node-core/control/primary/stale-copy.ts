/**
 * A log that is older than what its node has promised must not vote: it would vote twice in a term, or
 * for somebody who lacks what it acknowledged. A home that was put back from a copy is found out by
 * itself, before it says anything (docs/adr/0018).
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { EngineStatus } from '../consensus/index.ts'
import { createRaftEngine } from '../consensus/raft/index.ts'
import { createRecordLog } from '../log/index.ts'
import type { Committee } from './committee.ts'
import { failure } from './failures.ts'
import { COPIED_LOOK_MS, COPIED_WAIT_MS } from './limits.ts'
import type { LogName } from './log-name.ts'
import { isCopied, logFolder, readStanding, writeStanding } from './standing.ts'

export interface CopiedHomeDeps {
  self: NodeId
  disk: Disk
  clock: Clock
  random: Random
  logger: Logger
  /** What others tell of the committee. */
  told(): Committee | undefined
  stopped(): boolean
}

/** Throws LOG_DAMAGED where the log must not be used, now or ever. */
export async function refuseStale(deps: CopiedHomeDeps): Promise<void> {
  const { disk, logger } = deps
  const { standing, log } = await readStanding(disk)
  if (standing === 'stale') throw failure('LOG_DAMAGED', STALE)
  if (standing === 'none' || !(await isCopied(disk))) return
  if (!(await isAlone(deps, log))) {
    await writeStanding(disk, 'stale', log)
    throw failure('LOG_DAMAGED', STALE)
  }
  logger.warn('This home was put back from a copy, and nobody else keeps the registry.', {})
  await writeStanding(disk, standing, log)
}

/** By its own log, and by whoever can be heard: a copy may be from before others were taken in. */
async function isAlone(deps: CopiedHomeDeps, name: LogName): Promise<boolean> {
  const { self, clock } = deps
  if (hasOthers((await votersIn(deps, name)) ?? [], self)) return false
  for (let waitedMs = 0; waitedMs < COPIED_WAIT_MS; waitedMs += COPIED_LOOK_MS) {
    if (deps.stopped()) throw failure('NOT_RUNNING', 'The node is stopping.')
    if (hasOthers(deps.told()?.voters ?? [], self)) return false
    await new Promise<void>((resolve) => clock.timer(COPIED_LOOK_MS, resolve))
  }
  return true
}

async function votersIn({ self, disk, random, logger }: CopiedHomeDeps, name: LogName) {
  const log = createRecordLog({ disk, random, logger }, { folder: logFolder(name) })
  try {
    const { records } = await log.open()
    return createRaftEngine({ self, random }, records).status().members.voters
  } finally {
    await log.close()
  }
}

const hasOthers = (voters: readonly NodeId[], self: NodeId): boolean =>
  voters.some((voter) => voter !== self)

/**
 * Of a copy that is running: its log ends before what a voter it does not know of has applied. A leader
 * holds everything that anybody has applied.
 */
export function contradicts(
  told: Committee | undefined,
  own: EngineStatus | undefined,
  self: NodeId,
): boolean {
  if (!told || own?.leader !== self || hasOthers(own.members.voters, self)) return false
  return hasOthers(told.voters, self) && told.applied > own.last
}

const STALE = 'It is older than what this node has told others: it was put back from a copy.'
