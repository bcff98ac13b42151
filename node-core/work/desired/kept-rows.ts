/**
 * What the copy of the registry last said, on disk: a node that follows the log holds that in memory
 * alone, and goes on with its work after a restart though nobody of the committee is there.
 */
import { z } from 'zod'
import type { Plain } from '../../base/codec/index.ts'
import { createKeptFile, type KeptFileDeps } from '../../base/kept-file/index.ts'
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

export const ownerShape = z.custom<OwnerId>(
  (value) => typeof value === 'string' && parseOwnerId(value) !== undefined,
)
export const nodeShape = z.custom<NodeId>(
  (value) => typeof value === 'string' && parseNodeId(value) !== undefined,
)
const atMs = z.int().min(0)
const measured = z.int().min(0).exactOptional()
/** What was decided of it: without a canary's step an edge would give it its first share. */
const steered = z.strictObject({
  scaled: z
    .strictObject({ copies: z.int().min(0), why: z.string(), measured, sinceMs: atMs })
    .exactOptional(),
  canary: z
    .strictObject({
      ...{ template: z.string(), step: z.int().min(0), sinceMs: atMs },
      failed: z
        .strictObject({ why: z.string(), generation: z.int().min(1), measured, before: measured })
        .exactOptional(),
    })
    .exactOptional(),
})
const CONTENT = z.strictObject({
  // The last is there where something was decided.
  workloads: z.array(z.tuple([ownerShape, z.int().min(1), z.unknown(), steered.optional()])),
  assignments: z.array(z.tuple([z.string(), nodeShape])),
})

export interface KeptRows {
  /** Undefined where there are none that can be read: then what is wanted is unknown. */
  read(): Promise<Rows | undefined>
  /** False where it is worth another try. */
  write(rows: Rows): Promise<boolean>
}

export function createKeptRows(disk: KeptFileDeps['disk'], logger: Logger): KeptRows {
  const path = 'registry/wanted.cbor'
  const file = createKeptFile({ disk, path, logger }, { bytesMax: KEPT_BYTES_MAX })
  return {
    async read() {
      const content = CONTENT.safeParse(await file.read()).data
      return content && rowsOf(content)
    },
    write: ({ workloads, assignments }) =>
      file.write({
        workloads: workloads.map(({ owner, generation, workload, scaled, canary }) => {
          const row: Plain[] = [owner, generation, storedForm(workload)]
          const decided: Plain = JSON.parse(JSON.stringify({ scaled, canary }))
          return scaled || canary ? [...row, decided] : row
        }),
        assignments: [...assignments],
      }),
  }
}

function rowsOf({ workloads, assignments }: z.infer<typeof CONTENT>): Rows {
  return {
    workloads: workloads.flatMap(([owner, generation, stored, decided]): DesiredWorkload[] => {
      const workload = parseStoredWorkload(stored)
      return workload ? [{ workload, owner, generation, ...decided }] : []
    }),
    assignments: new Map(
      assignments.flatMap(([text, node]): [Slot, NodeId][] => {
        const slot = parseSlot(text)
        return slot ? [[slotOf(slot.workload, slot.index), node]] : []
      }),
    ),
  }
}
