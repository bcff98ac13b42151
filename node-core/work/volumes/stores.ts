/** The two that keep data here as one: an engine, which may be away, and the node itself, which is not. */
import { isCode } from '../../base/errors/index.ts'
import type { StoredVolume, VolumeStore } from '../runners/index.ts'
import { isProgramVolume } from '../spec/index.ts'

/** By whom data is kept. */
export interface VolumeStores {
  containers: VolumeStore
  programs: VolumeStore
}

export interface Held {
  volumes: StoredVolume[]
  /** Of what is not among these nothing is known: its engine is away. */
  isUnseen(id: string): boolean
}

export function createStores({ containers, programs }: VolumeStores) {
  const storeOf = (id: string): VolumeStore => (isProgramVolume(id) ? programs : containers)

  return {
    async list(): Promise<Held> {
      const own = await programs.list()
      try {
        return { volumes: [...(await containers.list()), ...own], isUnseen: () => false }
      } catch (error) {
        if (!isCode(error, 'ENGINE_UNAVAILABLE')) throw error
        return { volumes: own, isUnseen: (id) => !isProgramVolume(id) }
      }
    },
    /** Undefined where there is none. Throws ENGINE_UNAVAILABLE. */
    async find(id: string): Promise<StoredVolume | undefined> {
      return (await storeOf(id).list()).find((one) => one.id === id)
    },
    /** Of those that are there. */
    async usage({ volumes }: Held, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
      const used = new Map<string, number>()
      for (const isPrograms of [true, false]) {
        // An engine that has nothing to count is not asked: it would count everybody's.
        if (!volumes.some(({ id }) => isProgramVolume(id) === isPrograms)) continue
        const counted = await (isPrograms ? programs : containers).usage(signal)
        for (const [id, bytes] of counted) used.set(id, bytes)
      }
      return used
    },
    remove: (id: string) => storeOf(id).remove(id),
  }
}
