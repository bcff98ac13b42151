import { copyName, type VolumeView } from '../../../node-core/api/contract/index.ts'
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

/** Whose data nobody has while the computer is away: `notes-0 (Ada)`, each once. */
export function strandedBy(volumes: readonly VolumeView[], self: string): string[] {
  const here = volumes.filter(({ node, state }) => node === self && state !== 'deleted')
  const names = here.map(({ workload, index, owner }) => {
    return `${copyName(workload, index)} (${owner.name})`
  })
  return [...new Set(names)]
}

/** What goes with a computer that leaves; nothing while that is being looked up. */
export type Losses =
  | { known: true; loss: ReturnType<typeof lossOf>; names: readonly string[] }
  | { known: false; why: string }

/** What has to be answered before it leaves. Other losses or other data are another question. */
export type Question = 'waiting' | 'unknown' | `${'data' | 'lastData'} ${string}` | undefined

export function questionOf(losses: Losses | undefined): Question {
  if (!losses) return 'waiting'
  if (!losses.known) return 'unknown'
  const { loss, names } = losses
  if (names.length === 0) return undefined
  // Where nobody stays nobody waits for it, and it goes all the same.
  return `${loss === 'network' ? 'lastData' : 'data'} ${names.join()}`
}
