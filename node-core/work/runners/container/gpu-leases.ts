/** Which container has which graphics processor: told by what runs, never by records. */
import { MyceliumError } from '../../../base/errors/index.ts'
import type { Engine } from './engine.ts'
import type { Gpu } from './gpus.ts'
import { GPU_LABEL, leasedGpus } from './labels.ts'

export interface GpuLeases {
  /**
   * So many that nobody has, held until `release`: from then on the container that was made with them
   * shows who has them. Throws DEVICE_TAKEN.
   */
  take(count: number): Promise<{ gpus: Gpu[]; release(): void }>
}

export function createGpuLeases(engine: Pick<Engine, 'list'>, granted: readonly Gpu[]): GpuLeases {
  const held = new Set<string>()
  let last: Promise<unknown> = Promise.resolve()

  async function choose(count: number) {
    // Of all nodes that share the engine: each processor is one, whoever leases it.
    const containers = await engine.list([GPU_LABEL])
    const alive = containers.filter(({ state }) => state !== 'exited')
    const taken = new Set([...held, ...alive.flatMap(({ labels }) => leasedGpus(labels))])
    const gpus = granted.filter(({ name }) => !taken.has(name)).slice(0, count)
    if (gpus.length < count) {
      const message = `It asks for ${count} graphics processors, and ${gpus.length} of ${granted.length} are free here.`
      throw new MyceliumError('DEVICE_TAKEN', message)
    }
    for (const { name } of gpus) held.add(name)
    return {
      gpus,
      release() {
        for (const { name } of gpus) held.delete(name)
      },
    }
  }

  return {
    take(count) {
      // One after the other: two that looked at the same time would choose the same.
      const next = last.then(() => choose(count))
      last = next.catch(() => {
        // Whoever asked is told; the next one chooses all the same.
      })
      return next
    },
  }
}
