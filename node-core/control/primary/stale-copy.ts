/**
 * A log that is older than what its node has promised must not vote: it would vote twice in a term, or
 * for somebody who lacks what it acknowledged. A home that was put back from a copy is found out by
 * itself, before it says anything (docs/adr/0018).
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { EngineStatus } from '../consensus/index.ts'
import { createRecordLog } from '../log/index.ts'
import { createRegistry } from '../registry/index.ts'
import type { Committee } from './committee.ts'
import { createNodeEngine, type EngineDeps } from './engine.ts'
import { failure } from './failures.ts'
import { COPIED_LOOK_MS, COPIED_WAIT_MS } from './limits.ts'
import type { LogName } from './log-name.ts'
import { isCopied, type LogPlace, logFolder, readStanding, writeStanding } from './standing.ts'

export interface CopiedHomeDeps extends Omit<EngineDeps, 'view'> {
  disk: Disk
  clock: Clock
  logger: Logger
  /** What others tell of the committee. */
  told(): Committee | undefined
  stopped(): boolean
}

/** Throws LOG_DAMAGED where the log must not be used, now or ever. */
export async function refuseStale(deps: CopiedHomeDeps): Promise<void> {
  const { disk, logger } = deps
  const { standing, ...place } = await readStanding(disk)
  if (standing === 'stale') throw failure('LOG_DAMAGED', STALE)
  // Whoever gets a vote began as a learner, and has a log from then on.
  if (standing === 'none' && deps.told()?.voters.includes(deps.self)) {
    throw failure('LOG_DAMAGED', LOST)
  }
  if (standing === 'none' || !(await isCopied(disk))) return
  if (!(await isAlone(deps, place))) {
    await writeStanding(disk, 'stale', place)
    throw failure('LOG_DAMAGED', STALE)
  }
  logger.warn('This home was put back from a copy, and nobody else keeps the registry.', {})
  await writeStanding(disk, standing, place)
}

/**
 * Of a log of which nothing says what it is. Where it names nobody else who votes, nobody can be
 * deceived by it, and it may be all that is left. Throws LOG_DAMAGED with the reason otherwise.
 */
export async function standAlone(deps: CopiedHomeDeps, log: LogName, why: string): Promise<void> {
  const place = { log, votesFrom: 0 }
  const isOwn = (await votersIn(deps, place))?.includes(deps.self)
  if (!isOwn || !(await isAlone(deps, place))) throw failure('LOG_DAMAGED', why)
  deps.logger.warn('The log is used, since nobody else keeps the registry.', { why })
  await writeStanding(deps.disk, 'holding', place)
}

/** By its own log, and by whoever can be heard: a copy may be from before others were taken in. */
async function isAlone(deps: CopiedHomeDeps, place: LogPlace): Promise<boolean> {
  const { self, clock } = deps
  if (hasOthers((await votersIn(deps, place)) ?? [], self)) return false
  for (let waitedMs = 0; waitedMs < COPIED_WAIT_MS; waitedMs += COPIED_LOOK_MS) {
    if (deps.stopped()) throw failure('NOT_RUNNING', 'The node is stopping.')
    if (hasOthers(deps.told()?.voters ?? [], self)) return false
    await new Promise<void>((resolve) => clock.timer(COPIED_LOOK_MS, resolve))
  }
  return true
}

async function votersIn(deps: CopiedHomeDeps, { log: name }: LogPlace) {
  const { network, disk, random, logger } = deps
  const log = createRecordLog({ disk, random, logger }, { folder: logFolder(name) })
  try {
    const { records } = await log.open()
    const { view } = createRegistry({ network, voters: [] })
    const start = { records, founding: false, votesFrom: 0 }
    return createNodeEngine({ ...deps, view }, start).status().members.voters
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
  return hasOthers(told.voters, self) && told.applied > (own.epoch ?? own.last)
}

const LOST = 'It is gone from this computer, and others take this node for one that votes.'
const STALE =
  'It is older than what this node has told others: it was put back from a copy, or has lost its end.'
