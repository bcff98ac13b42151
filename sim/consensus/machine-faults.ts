/** What goes wrong in a machine. */
import { pick } from '../../node-core/base/random/index.ts'
import type { Effect } from './effects.ts'
import type { Targets } from './targets.ts'
import type { World } from './world.ts'

export const MACHINE_FAULTS = [
  ...(['die', 'dieAtEffect', 'blackout', 'burst'] as const),
  ...(['restart', 'pause', 'slowNode', 'diskFull', 'syncFails', 'compact'] as const),
]
type MachineFault = (typeof MACHINE_FAULTS)[number]

const PAUSE_MS_MAX = 30_000
const EFFECTS_BEFORE_DEATH_MAX = 40

/** `deadly`: before which effect machines die, where it is not to be any. */
export function createMachineFaults(
  { random, machines, events }: World,
  { chance, any, running, victim, death, burst }: Targets,
  deadly?: Effect,
): Record<MachineFault, () => void> {
  return {
    die: () => victim()?.die(death()),
    dieAtEffect() {
      const effects = 1 + random.int(EFFECTS_BEFORE_DEATH_MAX)
      if (!deadly) return victim()?.life?.runner.dieAtEffect(effects, death())
      // Whoever comes to it first: few ever do, for some effects.
      for (const { life } of running()) life?.runner.dieAtEffect(1, death(), deadly)
    },
    blackout() {
      for (const machine of running()) machine.die('powerLoss')
      // In any order, since each takes its own time to start.
      for (const machine of machines) {
        if (chance(0.8)) events.at(events.nowMs() + random.int(2_000), () => machine.start())
      }
    },
    restart() {
      const down = machines.filter(({ life }) => !life)
      pick(random, down)?.start()
    },
    burst,
    pause: () => victim()?.pauseUntil(events.nowMs() + random.int(PAUSE_MS_MAX)),
    slowNode() {
      const machine = any()
      machine.syncMsMax = chance(0.5) ? 3 : 300
      machine.lagMs = chance(0.5) ? 0 : random.int(200)
    },
    diskFull() {
      const machine = any()
      machine.log.full = !machine.log.full
    },
    syncFails() {
      any().log.syncFails = true
    },
    compact() {
      for (const machine of running()) if (chance(0.6)) machine.life?.compact()
    },
  }
}
