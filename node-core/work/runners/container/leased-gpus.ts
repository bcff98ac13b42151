/** Which graphics processors containers have, by their labels: of all nodes that share the engine. */
import { isCode } from '../../../base/errors/index.ts'
import type { Engine } from './engine.ts'
import { GPU_LABEL, leasedGpus } from './labels.ts'

/** While the engine is away its containers may go on: they have what they had when it was asked last. */
export function leasedIn(engine: Pick<Engine, 'list'>): () => Promise<readonly string[]> {
  let last: readonly string[] = []
  return async () => {
    try {
      const containers = await engine.list([GPU_LABEL])
      const alive = containers.filter(({ state }) => state !== 'exited')
      last = alive.flatMap(({ labels }) => leasedGpus(labels))
    } catch (error) {
      if (!isCode(error, 'ENGINE_UNAVAILABLE')) throw error
    }
    return last
  }
}
