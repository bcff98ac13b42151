/** In which words a copy that cannot be used, or has stopped, is shown. */
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { ConsensusStatus } from '../consensus/driver/index.ts'
import type { PrimaryStatus } from './index.ts'

export function troubleOf(error: unknown): NonNullable<PrimaryStatus['trouble']> {
  const code = codeOf(error)
  const unreadable = code?.startsWith('LOG_') && code !== 'LOG_FAILED'
  const damaged = unreadable || code === 'RAFT_RECORDS_DAMAGED' || code === 'RECORD_MALFORMED'
  return damaged
    ? { code: 'LOG_DAMAGED', message: `${DAMAGED} (${messageOf(error)})` }
    : stoppedBy(code, messageOf(error))
}

export function stoppedBy(
  code: string | undefined,
  why: string,
): NonNullable<PrimaryStatus['trouble']> {
  return { code: 'REPLICA_FAILED', message: `${whatOf(code)} ${why}` }
}

function whatOf(code: string | undefined): string {
  if (code === 'SNAPSHOT_REFUSED') return ASKS_AGAIN
  return isOfTheDisk(code) ? WAITS : code === 'UPGRADE_REQUIRED' ? OVERTAKEN : STOPPED
}

/** The next life may find it otherwise: room on the disk, or a leader whose copy is whole. */
export function passes(code: string | undefined): boolean {
  return isOfTheDisk(code) || code === 'SNAPSHOT_REFUSED'
}

/** The copy goes on, and so does its log. */
export function oversized(
  status: Pick<ConsensusStatus, 'oversizeBytes'> | undefined,
): PrimaryStatus['trouble'] {
  const bytes = status?.oversizeBytes
  if (bytes === undefined) return undefined
  const mebibytes = Math.ceil(bytes / 2 ** 20)
  return { code: 'STATE_TOO_LARGE', message: `${OVERSIZED} (${mebibytes} MiB.)` }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof MyceliumError ? error.code : undefined
}

export function isOfTheDisk(code: string | undefined): boolean {
  return code === 'LOG_FAILED' || code?.startsWith('DISK_') === true
}

const STOPPED = 'This node’s copy of the registry has stopped; start the node again. The reason:'
export const OVERTAKEN =
  'This node’s copy of the registry has stopped; install the newer release of Mycelium. The reason:'
const OVERSIZED =
  'The registry holds more than fits into a snapshot, so its log grows on the disks and in the memory of ' +
  'those that vote until some of it is deleted: workloads, secrets, keys.'
const WAITS =
  'This node’s copy of the registry waits for its disk, and goes on by itself once that takes ' +
  'writes again. The reason:'
const ASKS_AGAIN =
  'This node’s copy of the registry keeps what it has, and asks again. The leader’s may be damaged in its ' +
  'memory; if this goes on, restart the leader. The reason:'
export const DAMAGED =
  'This node’s copy of the registry cannot be used. An admin takes the node out of the ' +
  'committee (mycelium demote) and in again (mycelium promote): it then gets a new copy.'
