/** Work that is to stop without a quorum: where none is in reach for long, no copy of it runs on. */
import type { Computer } from './computer.ts'
import type { Chaos } from './faults.ts'
import { POLICIES } from './people.ts'
import type { Watch } from './watch.ts'
import type { World } from './world.ts'

const LOOK_MS = 500
/**
 * From the last contact: until the failure detector and the connections give it up, and then until the node
 * believes it, and the copy is ended.
 */
const ENDED_WITHIN_MS = 14_000

export function createStops(world: World, chaos: Chaos, watch: Watch): { failures: string[] } {
  const failures: string[] = []
  const aloneSinceMs = new Map<Computer, number>()

  function isAlone(one: Computer): boolean {
    const voters = world.computers.slice(0, world.voters)
    const heard = voters.filter((other) => other === one || !chaos.isParted(one, other))
    return heard.length * 2 <= voters.length
  }

  function look(): void {
    world.clock.timer(LOOK_MS, look)
    const nowMs = world.clock.monotonicMs()
    for (const one of world.computers) {
      if (one.life && isAlone(one)) {
        if (!aloneSinceMs.has(one)) aloneSinceMs.set(one, nowMs)
      } else aloneSinceMs.delete(one)
    }
    for (const { computer, slot, workload } of watch.running()) {
      const sinceMs = aloneSinceMs.get(computer)
      if (POLICIES[workload] !== 'stop' || sinceMs === undefined) continue
      if (nowMs - sinceMs < ENDED_WITHIN_MS || failures.length > 0) continue
      failures.push(`${computer.name} still runs ${slot}, alone since ${sinceMs} ms`)
    }
  }
  look()
  return { failures }
}
