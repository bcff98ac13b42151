/** Who is hit, drawn from the seed. */
import { pick } from '../../node-core/base/random/index.ts'
import type { Machine } from './machine.ts'
import type { Death } from './runner.ts'
import type { World } from './world.ts'

export interface Targets {
  chance(of: number): boolean
  any(): Machine
  running(): Machine[]
  /** Those that hold themselves to lead: several where some have not heard. */
  leaders(): Machine[]
  /** Often whoever leads, where most can go wrong. */
  victim(): Machine | undefined
  death(): Death
  /** Everybody is given much to do at once, so that logs come to differ. */
  burst(): void
}

const BURST_MAX = 4

export function createTargets({ random, machines }: World): Targets {
  let bursts = 0
  const targets: Targets = {
    chance: (of) => random.float() < of,
    any: () => pick(random, machines) as Machine,
    running: () => machines.filter(({ life }) => life !== undefined),
    leaders: () => targets.running().filter(({ life, id }) => life?.engine.status().leader === id),
    victim() {
      const anyRunning = (): Machine | undefined => pick(random, targets.running())
      return targets.chance(0.5) ? (pick(random, targets.leaders()) ?? anyRunning()) : anyRunning()
    },
    death: () => (targets.chance(0.5) ? 'kill' : 'powerLoss'),
    burst() {
      for (const { life } of targets.running()) {
        for (let left = random.int(BURST_MAX); left > 0; left--) {
          const id = `burst${bursts++}`
          life?.propose({ id, key: 'busy', value: id }, () => {})
        }
      }
    },
  }
  return targets
}
