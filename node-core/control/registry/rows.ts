/** The rows of the plain tables: their shapes, which snapshots are checked by, and their types. */
import { z } from 'zod'
import type { Plain } from '../../base/codec/index.ts'
import { type Counted, createCounted } from './counted.ts'
import { SECRET_BYTES_MAX, SPEC_BYTES_MAX, WRAP_BYTES_MAX, WRAPS_MAX } from './limits.ts'
import {
  bytesUpTo,
  nodeId,
  ownerId,
  ownerName,
  permissions,
  positive,
  publicKey,
  sequence,
} from './shapes.ts'
import { createTable, type Table, type TableDeps } from './table.ts'

export const role = z.enum(['sclerotia', 'rhizomorph', 'hypha'])

/** An admitted owner. Founders need no row. */
export const member = z.strictObject({
  key: publicKey,
  name: ownerName,
  permissions,
  admittedBy: ownerId,
  /** Time of the log. */
  sinceMs: sequence,
})
export type Member = z.infer<typeof member>

/** An owner that never returns. */
export const removed = z.strictObject({ by: ownerId, atMs: sequence })
export type Removed = z.infer<typeof removed>

/** How often an invite was used, until it is over. */
export const inviteUse = z.strictObject({ used: positive, expiresMs: sequence })
export type InviteUse = z.infer<typeof inviteUse>

const node = z.strictObject({
  key: publicKey,
  owner: ownerId,
  role,
  /** For good. */
  removed: z.boolean(),
  /** By its own word, until it registers in a later life (version 2 of the rules). Time of the log. */
  left: z.strictObject({ atMs: sequence, incarnation: positive }).exactOptional(),
})
export type RegisteredNode = z.infer<typeof node>

export interface NodeTable {
  readonly table: Table<RegisteredNode>
  readonly perOwner: Counted
}

export function createNodeTable(deps: TableDeps): NodeTable {
  const perOwner = createCounted()
  const table = createTable<RegisteredNode>(deps, {
    name: 'nodes',
    shape: node,
    pack: (row) => row,
    onChange: (_, before, after) => perOwner.change(before?.owner, after?.owner),
  })
  return { table, perOwner }
}

/** The newest version of the rules that a node knows. */
export const support = z.strictObject({ version: positive })
export type Support = z.infer<typeof support>

/** What a workload asks for, as `work/spec` writes it; opaque here. */
export const desiredSpec = z.strictObject({
  generation: positive,
  spec: bytesUpTo(SPEC_BYTES_MAX),
  /** The owner that wrote this generation: the name's own, or an admin. */
  by: ownerId,
})
export type DesiredSpec = z.infer<typeof desiredSpec>

/** What a workload was before, and until when. */
export const pastSpec = desiredSpec.extend({ untilMs: sequence })
export type PastSpec = z.infer<typeof pastSpec>

/** A data key wrapped for readers; sorted by node, one for each. */
export const wraps = z
  .array(z.tuple([nodeId, bytesUpTo(WRAP_BYTES_MAX)]))
  .max(WRAPS_MAX)
  .refine((list) => list.every(([reader], at) => at === 0 || reader > (list[at - 1]?.[0] ?? '')))
export type Wraps = z.infer<typeof wraps>

export const secret = z.strictObject({
  version: positive,
  sealed: bytesUpTo(SECRET_BYTES_MAX),
  wraps,
})
export type Secret = z.infer<typeof secret>

export const setting = z.strictObject({
  value: z.custom<Plain>((value) => value !== undefined),
  by: ownerId,
  atMs: sequence,
})
export type Setting = z.infer<typeof setting>
