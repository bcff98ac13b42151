/**
 * What the copy of the registry last said, on disk: a node that follows the log holds that in memory
 * alone, and goes on with its work after a restart though nobody of the committee is there.
 */
import { hash } from 'node:crypto'
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import { type OwnerId, parseOwnerId } from '../../identity/index.ts'
import {
  type DesiredWorkload,
  parseSlot,
  parseStoredWorkload,
  type Slot,
  slotOf,
  storedForm,
} from '../spec/index.ts'
import { KEPT_BYTES_MAX } from './limits.ts'

export interface Rows {
  workloads: readonly DesiredWorkload[]
  assignments: ReadonlyMap<Slot, NodeId>
}

const FILE = 'registry/wanted.cbor'
/** With the checksum and what surrounds both. */
const FILE_BYTES_MAX = KEPT_BYTES_MAX + 128
const ENVELOPE = z.strictObject({
  v: z.literal(1),
  sum: z.instanceof(Uint8Array),
  content: z.instanceof(Uint8Array),
})
const owner = z.custom<OwnerId>(
  (value) => typeof value === 'string' && parseOwnerId(value) !== undefined,
)
const node = z.custom<NodeId>(
  (value) => typeof value === 'string' && parseNodeId(value) !== undefined,
)
const CONTENT = z.strictObject({
  workloads: z.array(z.tuple([owner, z.int().min(1), z.unknown()])),
  assignments: z.array(z.tuple([z.string(), node])),
})

/** Undefined where there is none, or none that can be read: then what is wanted is unknown. */
export async function readKept(
  disk: Pick<Disk, 'read'>,
  logger: Logger,
): Promise<Rows | undefined> {
  try {
    const bytes = await disk.read(FILE)
    if (!bytes) return undefined
    const rows = parse(bytes)
    if (!rows) logger.warn('What was wanted last cannot be read', { file: FILE })
    return rows
  } catch (error) {
    if (!(error instanceof MyceliumError)) throw error
    logger.warn('What was wanted last cannot be read', { file: FILE, error: messageOf(error) })
    return undefined
  }
}

/** False where it is worth another try. */
export async function keep(
  disk: Pick<Disk, 'writeAtomic'>,
  { workloads, assignments }: Rows,
  logger: Logger,
): Promise<boolean> {
  const content = encode({
    workloads: workloads.map(({ owner, generation, workload }) => {
      return [owner, generation, storedForm(workload)]
    }),
    assignments: [...assignments],
  })
  if (content.byteLength > KEPT_BYTES_MAX) {
    logger.warn('Too much is wanted to be kept for a restart', { bytes: content.byteLength })
    return true
  }
  try {
    const envelope = encode({ v: 1, sum: sumOf(content), content })
    await disk.writeAtomic(FILE, envelope, { mode: 0o600 })
    return true
  } catch (error) {
    if (!(error instanceof MyceliumError)) throw error
    logger.debug('What is wanted could not be kept', { code: error.code })
    return false
  }
}

function parse(bytes: Uint8Array): Rows | undefined {
  const envelope = ENVELOPE.safeParse(decode(bytes, { bytesMax: FILE_BYTES_MAX })).data
  if (!envelope || !sumOf(envelope.content).equals(envelope.sum)) return undefined
  const content = CONTENT.safeParse(decode(envelope.content, { bytesMax: KEPT_BYTES_MAX })).data
  return (
    content && {
      workloads: content.workloads.flatMap(([owner, generation, stored]) => {
        const workload = parseStoredWorkload(stored)
        return workload ? [{ workload, owner, generation }] : []
      }),
      assignments: new Map(
        content.assignments.flatMap(([text, node]): [Slot, NodeId][] => {
          const slot = parseSlot(text)
          return slot ? [[slotOf(slot.workload, slot.index), node]] : []
        }),
      ),
    }
  )
}

function sumOf(content: Uint8Array): Buffer {
  return hash('sha256', content, 'buffer')
}
