/** What instances keep, over every door. */
import type { KeptVolume } from '../../work/spec/index.ts'
import { KEPT_AFTER_DELETE_MS } from '../../work/volumes/index.ts'
import type { VolumeView } from '../contract/index.ts'
import { type Builder, inNetwork } from './base.ts'
import { failure } from './failures.ts'
import type { ApiDeps, NetworkParts } from './index.ts'
import { ownerNameOf } from './workload-view.ts'

export function volumeHandlers({ volumes }: Builder, deps: ApiDeps) {
  return {
    list: volumes.list.handler(() => {
      const parts = inNetwork(deps)
      return { volumes: parts.volumes.list().map((volume) => viewOf(parts, volume)) }
    }),
    delete: volumes.delete.handler(async ({ input: { forGood = false, ...which } }) => {
      const parts = inNetwork(deps)
      await parts.volumes.delete(findVolume(parts, which, deps), { forGood })
      return {}
    }),
    restore: volumes.restore.handler(async ({ input }) => {
      const parts = inNetwork(deps)
      await parts.volumes.restore(findVolume(parts, input, deps))
      return {}
    }),
  }
}

/** One of this node's owner, or any for an admin; by its id or a beginning that fits no other. */
function findVolume(
  parts: NetworkParts,
  { id, node }: { id: string; node?: string | undefined },
  deps: ApiDeps,
): KeptVolume {
  const found = parts.volumes.list().filter((volume) => {
    const there = node === undefined || volume.node === node || nodeName(parts, volume) === node
    return there && (volume.id === id || volume.id.startsWith(`${id}.`))
  })
  const [only] = found
  if (!only) throw failure('NOT_FOUND', `There is no volume “${id}”.`)
  if (found.length > 1) {
    throw failure(
      'CONFLICT',
      `“${id}” fits ${found.length} volumes: name it further, or its node.`,
      {
        reason: 'AMBIGUOUS',
        candidates: found.map((volume) => ({ id: volume.id, name: nodeName(parts, volume) })),
      },
    )
  }
  if (only.owner !== deps.node.owner().id && !parts.permissions().has('admin')) {
    throw failure('FORBIDDEN', 'It belongs to somebody else.')
  }
  return only
}

function viewOf(parts: NetworkParts, volume: KeptVolume): VolumeView {
  const { id, workload, index, node, sizeBytes, usedBytes, createdAt, deletedAt } = volume
  return {
    ...{ id, workload, index, volume: volume.volume, node, nodeName: nodeName(parts, volume) },
    owner: { id: volume.owner, name: ownerNameOf(parts, volume.owner) },
    sizeBytes,
    ...(usedBytes !== undefined && { usedBytes }),
    createdAt,
    state: stateOf(parts, volume),
    ...(deletedAt !== undefined && { deletedAt, untilAt: untilOf(deletedAt) }),
  }
}

function stateOf(parts: NetworkParts, volume: KeptVolume): VolumeView['state'] {
  const liveness = parts.membership.get(volume.node)?.liveness
  if (liveness !== 'alive' && liveness !== 'suspect') return 'out of sight'
  if (volume.deletedAt !== undefined) return 'deleted'
  const found = parts.desired.get(volume.workload)
  const names = found?.owner === volume.owner ? (found.workload.volumes ?? []) : []
  const used = names.some(({ name }) => name === volume.volume)
  return used && volume.index < (found?.workload.replicas ?? 0) ? 'used' : 'kept'
}

function untilOf(deletedAt: string): string {
  return new Date(Date.parse(deletedAt) + KEPT_AFTER_DELETE_MS).toISOString()
}

function nodeName({ membership }: NetworkParts, { node }: KeptVolume): string {
  return membership.get(node)?.profile.name ?? ''
}
