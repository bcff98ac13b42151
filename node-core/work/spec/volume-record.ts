/** `node/<NodeId>/volume/<id>`: data that a node keeps for a slot, as that node tells it. */
import { z } from 'zod'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { StateRecord } from '../../control/state/index.ts'
import { type OwnerId, parseOwnerId } from '../../identity/index.ts'
import * as field from './fields.ts'
import type { Workload } from './index.ts'

/** One volume of one slot, wherever it lies. */
export interface VolumeName {
  owner: OwnerId
  workload: string
  index: number
  volume: string
  /** Of a program, in a folder of its node's; absent: of a container, kept by an engine. */
  kind?: 'process'
}

/** Whether a workload of that kind would find this, where it is called so. */
export function isOfKind(
  { kind }: Pick<VolumeName, 'kind'>,
  workload: Pick<Workload, 'kind'>,
): boolean {
  return workload.kind === (kind ?? 'container')
}

export interface KeptVolume extends VolumeName {
  node: NodeId
  /** `volumeIdOf` its name: unique on its node. */
  id: string
  sizeBytes: number
  /** As it was last counted; absent before. */
  usedBytes?: number
  /** ISO 8601. */
  createdAt: string
  /** It goes for good 30 days after this. ISO 8601. */
  deletedAt?: string
}

/** Letters of an owner's id in a volume's: enough to tell owners of one name apart. */
const OWNER_LETTERS = 16
const OF_PROGRAM = '.program'

/** No name has a dot, so no two volumes have one id: what was of containers is nothing to a program of that name. */
export function volumeIdOf({ owner, workload, index, volume, kind }: VolumeName): string {
  const id = `${workload}.${index}.${volume}.${owner.slice(0, OWNER_LETTERS)}`
  return kind === undefined ? id : `${id}${OF_PROGRAM}`
}

/** Whether it is a program's. */
export function isProgramVolume(id: string): boolean {
  return id.endsWith(OF_PROGRAM)
}

export function volumeKey(node: NodeId, id: string): string {
  return `node/${node}/volume/${id}`
}

const KEY = /^node\/([0-9a-f]{64})\/volume\/([a-z0-9.-]{1,160})$/

/** The node and the volume that a key names; undefined for any other key. */
export function parseVolumeKey(key: string): { node: NodeId; id: string } | undefined {
  const match = KEY.exec(key)
  const node = parseNodeId(match?.[1] ?? '')
  return node && match?.[2] !== undefined ? { node, id: match[2] } : undefined
}

const stored = z.object({
  owner: z.string(),
  workload: field.name,
  index: z.number().int().min(0).max(999_999),
  volume: field.volumeName,
  kind: z.literal('process').exactOptional(),
  sizeBytes: z.number().int().min(0),
  usedBytes: z.number().int().min(0).exactOptional(),
  createdAt: z.iso.datetime(),
  deletedAt: z.iso.datetime().exactOptional(),
})

/** Undefined for what is no record of a volume, or not well-formed. */
export function keptVolumeOf(record: Pick<StateRecord, 'key' | 'value'>): KeptVolume | undefined {
  const place = parseVolumeKey(record.key)
  const parsed = place && stored.safeParse(record.value)
  if (!place || !parsed?.success) return undefined
  const owner = parseOwnerId(parsed.data.owner)
  if (!owner) return undefined
  const volume = { ...parsed.data, owner, ...place }
  return volumeIdOf(volume) === volume.id ? volume : undefined
}
