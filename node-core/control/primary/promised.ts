/**
 * What this home had promised in a log that it erased as it left the committee: in which terms it may have
 * voted, and where that log ended. Should it come back, it votes as if it had it still (docs/adr/0017).
 */
import { z } from 'zod'
import type { Disk } from '../../base/disk/index.ts'
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import type { EngineStatus } from '../consensus/index.ts'
import type { Promised } from '../consensus/raft/index.ts'
import { decodeChecked, encodeChecked } from './checked.ts'
import type { PrimaryErrorCode } from './index.ts'
import { FIRST_LOG, type LogName } from './log-name.ts'

const FILE = 'registry/promised.cbor'

const count = z.int().min(0)
const SHAPE = z.strictObject({
  v: z.literal(1),
  log: z.string().max(64),
  term: count,
  last: z.strictObject({ index: count, term: count }),
})

/** Undefined where nothing was erased, or in another era. Throws LOG_DAMAGED. */
export async function readPromised(disk: Disk, log: LogName): Promise<Promised | undefined> {
  const bytes = await disk.read(FILE)
  if (!bytes) return undefined
  const parsed = SHAPE.safeParse(decodeChecked(bytes))
  if (!parsed.success) {
    throw new MyceliumError<PrimaryErrorCode>('LOG_DAMAGED', `${FILE} cannot be read.`)
  }
  const { term, last } = parsed.data
  return parsed.data.log === log ? { term, last } : undefined
}

/**
 * As its node goes out of the committee, or comes in again as a learner: what it promised is lost, as
 * with a log that was damaged, and nothing else would ever take the file away.
 */
export async function forgetUnreadable(disk: Disk): Promise<void> {
  try {
    await readPromised(disk, FIRST_LOG)
  } catch (error) {
    if (!isCode(error, 'LOG_DAMAGED')) throw error
    await disk.remove(FILE)
  }
}

/** Before the log goes. Under Simplex what was voted for is no matter: seats name the epoch. */
export async function rememberPromised(
  disk: Disk,
  log: LogName,
  engine: EngineStatus | undefined,
): Promise<void> {
  if (engine?.kind !== 'raft') return
  const before = await readPromised(disk, log)
  const held = { index: engine.last, term: engine.lastTerm ?? 0 }
  const last = before && isBeyond(before.last, held) ? before.last : held
  const term = Math.max(engine.term, before?.term ?? 0)
  await disk.writeAtomic(FILE, encodeChecked({ v: 1, log, term, last }), { mode: 0o600 })
}

function isBeyond(one: Promised['last'], other: Promised['last']): boolean {
  return one.term > other.term || (one.term === other.term && one.index > other.index)
}
