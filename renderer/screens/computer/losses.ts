import type { VolumeView } from '../../../node-core/api/contract/index.ts'
import type { Outputs } from '../../transport/index.ts'

type Member = Outputs['members']['list']['members'][number]

/**
 * What goes with a computer that no other one can do: the network itself, or deciding who is in.
 * Nothing where somebody who stays can do both.
 */
export function lossOf(members: readonly Member[], self: string): 'network' | 'admin' | undefined {
  const own = members.find(({ nodes }) => nodes.includes(self))
  const inside = members.filter(({ state }) => state === 'member')
  const isAlone = inside.every(({ nodes }) => nodes.every((id) => id === self))
  if (isAlone) return 'network'
  if (!own?.permissions.includes('admin')) return undefined
  const stays = inside.some(({ permissions, nodes }) => {
    return permissions.includes('admin') && nodes.some((id) => id !== self)
  })
  return stays ? undefined : 'admin'
}

/** Whose data nobody has while the computer is away: `notes 1 (Ada)`, each once. */
export function strandedBy(volumes: readonly VolumeView[], self: string): string[] {
  const here = volumes.filter(({ node, state }) => node === self && state !== 'deleted')
  const names = here.map(({ workload, index, owner }) => `${workload} ${index + 1} (${owner.name})`)
  return [...new Set(names)]
}
