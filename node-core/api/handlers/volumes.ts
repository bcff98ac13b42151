/** What instances keep, over every door. */
import { awayMark, givenUpSetting, type Instance, type KeptVolume } from '../../work/spec/index.ts'
import {
  isHeldByCopy,
  isWanted,
  KEPT_AFTER_DELETE_MS,
  type LeftVolume,
} from '../../work/volumes/index.ts'
import type { LeftVolumeView, VolumeView } from '../contract/index.ts'
import { type Builder, inNetwork } from './base.ts'
import { failure } from './failures.ts'
import type { ApiDeps, NetworkParts } from './index.ts'
import { firstPart, ownNames } from './own-names.ts'
import { ownerNameOf } from './workload-view.ts'

export function volumeHandlers({ volumes }: Builder, deps: ApiDeps) {
  return {
    list: volumes.list.handler(() => {
      const parts = inNetwork(deps)
      const { instances } = parts.placementInput()
      return { volumes: counted(parts).map((volume) => viewOf(parts, volume, instances)) }
    }),
    delete: volumes.delete.handler(async ({ input: { forGood = false, giveUp, ...which } }) => {
      const parts = inNetwork(deps)
      const volume = findVolume(parts, which, deps)
      if (giveUp) await giveUpOn(parts, volume)
      else {
        mustNotHaveLeft(parts, volume)
        await parts.volumes.delete(volume, { forGood })
      }
      return {}
    }),
    restore: volumes.restore.handler(async ({ input }) => {
      const parts = inNetwork(deps)
      await parts.volumes.restore(findVolume(parts, input, deps))
      return {}
    }),
    listLeft: volumes.listLeft.handler(async () => {
      return { volumes: (await deps.leftData.list()).map(leftViewOf) }
    }),
    deleteLeft: volumes.deleteLeft.handler(async ({ input: { id } }) => {
      await deps.leftData.remove(id)
      return {}
    }),
  }
}

function leftViewOf(left: LeftVolume): LeftVolumeView {
  const { leftId, network, networkName, workload, index, volume, sizeBytes, untilMs } = left
  return {
    ...{ id: leftId, workload, index, volume, sizeBytes },
    network: { id: network, ...(networkName !== undefined && { name: networkName }) },
    createdAt: new Date(left.createdAtMs).toISOString(),
    ...(untilMs !== undefined && { untilAt: new Date(untilMs).toISOString() }),
  }
}

/** One of this node's owner, or any for an admin; by its id or a beginning that fits no other. */
function findVolume(
  parts: NetworkParts,
  { id, node }: { id: string; node?: string | undefined },
  deps: ApiDeps,
): KeptVolume {
  const kept = firstPart(`${id}.`, ownNames(deps).meant, '.')
  const found = counted(parts).filter((volume) => {
    const there = node === undefined || volume.node === node || nodeName(parts, volume) === node
    return there && `${volume.id}.`.startsWith(kept)
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

/** All but what was given up of nodes that are still away. */
function counted(parts: NetworkParts): KeptVolume[] {
  const view = parts.primary.view()
  return parts.volumes.list().filter((volume) => {
    const mark = view?.setting(givenUpSetting(volume))?.value
    return mark === undefined || isHere(parts, volume) || mark !== markOf(parts, volume)
  })
}

function markOf({ state }: NetworkParts, { node }: KeptVolume): string {
  return awayMark(state.get(`node/${node}/alive`))
}

function isHere({ membership }: Pick<NetworkParts, 'membership'>, { node }: KeptVolume): boolean {
  const liveness = membership.get(node)?.liveness
  return liveness === 'alive' || liveness === 'suspect'
}

function mustNotHaveLeft(parts: NetworkParts, volume: KeptVolume): void {
  if (parts.membership.get(volume.node)?.liveness !== 'left') return
  const name = nodeName(parts, volume) || 'The computer'
  const message =
    `${name} has left, and this data with it: it is as it was once that computer is back. ` +
    `To wait for it no longer: mycelium volume delete ${volume.id} --give-up`
  throw failure('CONFLICT', message, { reason: 'NODE_LEFT' })
}

/** Nothing is deleted: the computer has it still, and is believed again when it is back. */
async function giveUpOn(parts: NetworkParts, volume: KeptVolume): Promise<void> {
  if (isHere(parts, volume)) {
    const message = `${nodeName(parts, volume)} is in reach: delete it there.`
    throw failure('CONFLICT', message, { reason: 'NODE_HERE' })
  }
  const body = { name: givenUpSetting(volume), value: markOf(parts, volume) }
  await parts.primary.execute({ kind: 'setting.put', body })
}

function viewOf(
  parts: NetworkParts,
  volume: KeptVolume,
  instances: readonly Instance[],
): VolumeView {
  const { id, workload, index, node, sizeBytes, usedBytes, createdAt, deletedAt } = volume
  return {
    ...{ id, workload, index, volume: volume.volume, node, nodeName: nodeName(parts, volume) },
    owner: { id: volume.owner, name: ownerNameOf(parts, volume.owner) },
    sizeBytes,
    ...(usedBytes !== undefined && { usedBytes }),
    createdAt,
    state: volumeStateOf(parts, volume, instances),
    ...(deletedAt !== undefined && { deletedAt, untilAt: untilOf(deletedAt) }),
  }
}

export function volumeStateOf(
  parts: Pick<NetworkParts, 'membership' | 'desired'>,
  volume: KeptVolume,
  instances: readonly Instance[],
): VolumeView['state'] {
  if (parts.membership.get(volume.node)?.liveness === 'left') return 'left'
  if (!isHere(parts, volume)) return 'out of sight'
  if (volume.deletedAt !== undefined) return 'deleted'
  const view = { desired: parts.desired.get, instances: () => instances }
  return isWanted(volume, view) || isHeldByCopy(volume, volume.node, view) ? 'used' : 'kept'
}

function untilOf(deletedAt: string): string {
  return new Date(Date.parse(deletedAt) + KEPT_AFTER_DELETE_MS).toISOString()
}

function nodeName({ membership }: NetworkParts, { node }: KeptVolume): string {
  return membership.get(node)?.profile.name ?? ''
}
