/** Who has which graphics processor: told by what runs, never by records. */
import { MyceliumError } from '../../../base/errors/index.ts'
import type { Gpu } from './gpus.ts'

export interface Lease {
  gpus: readonly Gpu[]
  /** From then on what was started with them shows who has them, or they are free again. */
  release(): void
}

export interface GpuLeases {
  /** So many that nobody has, held until `release`. Throws DEVICE_TAKEN. */
  take(count: number): Promise<Lease>
  /** One more place to look at before each lease: which of those granted are in use there, by name. */
  toldBy(look: (granted: readonly Gpu[]) => Promise<readonly string[]>): void
}

const NONE: Lease = { gpus: [], release() {} }

export function createGpuLeases(granted: readonly Gpu[]): GpuLeases {
  const held = new Set<string>()
  const looks: Parameters<GpuLeases['toldBy']>[0][] = []
  let last: Promise<unknown> = Promise.resolve()

  async function choose(count: number): Promise<Lease> {
    // What is held now may be released while others are asked, so it counts from before.
    const before = [...held]
    const told = await Promise.all(looks.map((look) => look(granted)))
    const taken = new Set([...before, ...told.flat()])
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
    async take(count) {
      if (count === 0) return NONE
      // One after the other: two that looked at the same time would choose the same.
      const next = last.then(() => choose(count))
      last = next.catch(() => {
        // Whoever asked is told; the next one chooses all the same.
      })
      return next
    },
    toldBy: (look) => void looks.push(look),
  }
}
