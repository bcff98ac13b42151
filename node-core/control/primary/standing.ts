/**
 * What a home remembers of its part in the registry, beside the log itself. Without it a log that was
 * lost could not be told from one that never was, and a voter that has forgotten everything would
 * vote again.
 */
import { z } from 'zod'
import type { Disk } from '../../base/disk/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Random } from '../../base/random/index.ts'
import { decodeChecked, encodeChecked } from './checked.ts'
import type { PrimaryErrorCode } from './index.ts'
import { LIFE_STEP_MAX } from './limits.ts'
import { FIRST_LOG, type LogName } from './log-name.ts'

const FOLDER = 'registry'
/** Each era has a log of its own, so that records of two never mix. */
export const logFolder = (log: LogName): string => `${FOLDER}/log${log}`
const STANDING = `${FOLDER}/standing.cbor`
const AUTHOR = `${FOLDER}/author.cbor`
/** Of a node that follows: a snapshot of the registry. */
export const copyFileOf = (log: LogName): string => `${FOLDER}/copy${log}.snapshot`
/** Of which logs this home keeps a copy that it followed. */
export async function copiesIn(disk: Disk): Promise<LogName[]> {
  const names = await disk.list(FOLDER)
  return names.flatMap((name) => {
    const [, log] = /^copy(.*)\.snapshot$/.exec(name) ?? []
    return log === undefined ? [] : [log as LogName]
  })
}
/** Which logs there are on disk, whatever the standing says. */
export async function logsIn(disk: Disk): Promise<LogName[]> {
  const names = await disk.list(FOLDER)
  return names.flatMap((name) => {
    const [, log] = /^log(.*)$/.exec(name) ?? []
    return log === undefined ? [] : [log as LogName]
  })
}
export async function hasLog(disk: Disk, log: LogName): Promise<boolean> {
  return (await disk.read(`${logFolder(log)}/current`)) !== undefined
}
/** Of a log that stays though it was overruled: what there is to tell of it has been told. */
const toldFileOf = (log: LogName): string => `${logFolder(log)}/told`
export async function markTold(disk: Disk, log: LogName): Promise<void> {
  await disk.writeAtomic(toldFileOf(log), new Uint8Array(), { mode: 0o600 })
}
/** Logs besides that one of which nothing was told yet. */
export async function logsLeft(disk: Disk, besides: LogName): Promise<LogName[]> {
  const left: LogName[] = []
  for (const log of await logsIn(disk)) {
    if (log === besides || !(await hasLog(disk, log))) continue
    if ((await disk.read(toldFileOf(log))) === undefined) left.push(log)
  }
  return left
}
/** Under Simplex the last committee that was proven to this node. */
export const COMMITTEE_FILE = `${FOLDER}/committee.cbor`
/** A file whose birthmark is remembered: a home that is put back from a copy has another. */
const ANCHOR = `${FOLDER}/anchor`

/**
 * none: no copy here. founding: the first voter, before its first start. holding: there is a log.
 * stale: it is older than what this node has promised to others.
 */
export type Standing = 'none' | 'founding' | 'holding' | 'stale'

const SHAPE = z.strictObject({
  v: z.literal(1),
  standing: z.enum(['founding', 'holding', 'stale']),
  votesFrom: z.int().min(0).exactOptional(),
  /** The name of the log that is held, from the second era on. */
  log: z.string().max(64).exactOptional(),
  /** Homes of before it was kept have none. */
  anchor: z.string().max(100).exactOptional(),
})
const AUTHOR_SHAPE = z.strictObject({ v: z.literal(1), incarnation: z.int().min(1) })

/** Which log is held, and since when it votes. */
export interface LogPlace {
  log: LogName
  /** The first epoch in which this home votes; told under Simplex alone. */
  votesFrom: number
}

/** Throws LOG_DAMAGED for a file that cannot be read. */
export async function readStanding(disk: Disk): Promise<LogPlace & { standing: Standing }> {
  const { standing = 'none', log = FIRST_LOG, votesFrom = 0 } = (await read(disk)) ?? {}
  return { standing, log: log as LogName, votesFrom }
}

/** Whether these are not the files that this node wrote, but a copy of them. */
export async function isCopied(disk: Disk): Promise<boolean> {
  const { anchor } = (await read(disk)) ?? {}
  return anchor !== undefined && anchor !== (await disk.birthmark(ANCHOR))
}

async function read(disk: Disk): Promise<z.infer<typeof SHAPE> | undefined> {
  const bytes = await disk.read(STANDING)
  if (!bytes) return undefined
  const parsed = SHAPE.safeParse(decodeChecked(bytes))
  if (parsed.success) return parsed.data
  throw new MyceliumError<PrimaryErrorCode>('LOG_DAMAGED', `${STANDING} cannot be read.`)
}

export async function writeStanding(
  disk: Disk,
  standing: Exclude<Standing, 'none'>,
  { log = FIRST_LOG, votesFrom = 0 }: Partial<LogPlace> = {},
): Promise<void> {
  if (!(await disk.read(ANCHOR))) await disk.writeAtomic(ANCHOR, new Uint8Array(), { mode: 0o600 })
  const voting = votesFrom > 0 && { votesFrom }
  const named = log !== FIRST_LOG && { log }
  const anchor = (await disk.birthmark(ANCHOR)) ?? ''
  await disk.writeAtomic(STANDING, encodeChecked({ v: 1, standing, anchor, ...named, ...voting }), {
    mode: 0o600,
  })
}

/** Leaves nothing of the log. The standing goes last: until then a crash ends as a lost log. */
export async function eraseReplica(disk: Disk, log: LogName): Promise<void> {
  await disk.remove(logFolder(log))
  await disk.remove(STANDING)
}

/**
 * Higher in each life of this home, and than what a clock that goes right gave before. Where the clock
 * lags, how much higher is left to chance, so that a copy of this home does not take the same.
 */
export async function nextIncarnation(
  disk: Disk,
  nowMs: number,
  random: Pick<Random, 'int'>,
  logger?: Logger,
): Promise<number> {
  const bytes = await disk.read(AUTHOR)
  const held = bytes && AUTHOR_SHAPE.safeParse(decodeChecked(bytes)).data
  // Should its numbers be over, the committee says so, and the next life is above them.
  if (bytes && !held) logger?.warn('A file cannot be read and is not used', { path: AUTHOR })
  const incarnation = Math.max((held?.incarnation ?? 0) + 1 + random.int(LIFE_STEP_MAX), nowMs)
  await disk.writeAtomic(AUTHOR, encodeChecked({ v: 1, incarnation }), { mode: 0o600 })
  return incarnation
}
