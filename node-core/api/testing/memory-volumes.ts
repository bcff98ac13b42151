/** Volumes of a node in memory: what a test has put there, and what was asked of them. */
import type { KeptVolume } from '../../work/spec/index.ts'
import type { LeftVolume } from '../../work/volumes/index.ts'
import type { ApiDeps, NetworkParts } from '../handlers/index.ts'

export function memoryVolumes(world: {
  volumes: KeptVolume[]
  calls: { what: string; with?: unknown }[]
}): NetworkParts['volumes'] {
  return {
    list: () => world.volumes,
    delete: async ({ id }, { forGood = false } = {}) => {
      world.calls.push({ what: forGood ? 'remove for good' : 'delete', with: id })
    },
    restore: async ({ id }) => void world.calls.push({ what: 'restore', with: id }),
  }
}

export function memoryLeftData(world: {
  leftVolumes: LeftVolume[]
  calls: { what: string; with?: unknown }[]
}): ApiDeps['leftData'] {
  return {
    list: async () => world.leftVolumes,
    remove: async (id) => void world.calls.push({ what: 'remove left', with: id }),
  }
}
