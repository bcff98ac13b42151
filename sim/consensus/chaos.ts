/** What goes wrong by chance, drawn from the seed, each counted as it strikes. */
import { pick } from '../../node-core/base/random/index.ts'
import type { Effect } from './effects.ts'
import { createLinkFaults, LINK_FAULTS } from './link-faults.ts'
import { createMachineFaults, MACHINE_FAULTS } from './machine-faults.ts'
import { createMemberFaults, MEMBER_FAULTS } from './member-changes.ts'
import { createTargets } from './targets.ts'
import type { World } from './world.ts'

export interface Chaos {
  /** One thing goes wrong. */
  strike(): void
  /** Everything works again, and everyone is awake and started. */
  end(): void
}

export const FAULTS = [...LINK_FAULTS, ...MACHINE_FAULTS, ...MEMBER_FAULTS]
export type Fault = (typeof FAULTS)[number]

export interface ChaosOptions {
  /** Before which effect machines die, where it is not to be any. */
  deadly?: Effect | undefined
  /** Nobody asks for other members: they were chosen so that they stand their liars. */
  sameMembers?: boolean
}

export function createChaos(world: World, { deadly, sameMembers }: ChaosOptions = {}): Chaos {
  const drawn = sameMembers ? [...LINK_FAULTS, ...MACHINE_FAULTS] : FAULTS
  const { random, links, machines, events } = world
  const targets = createTargets(world)
  let ends = 0
  /** What is to strike after the end does not: nobody would mend it. */
  const later = (ms: number, run: () => void): void => {
    const before = ends
    events.at(events.nowMs() + ms, () => before === ends && run())
  }
  const faults: Record<Fault, () => void> = {
    ...createLinkFaults(world, targets),
    ...createMachineFaults(world, targets, deadly),
    ...createMemberFaults(world, targets, later),
  }
  return {
    strike() {
      const fault = pick(random, drawn) as Fault
      world.count(fault)
      faults[fault]()
    },
    end() {
      ends++
      links.calm()
      links.mendAll()
      links.sieve = undefined
      for (const machine of machines) {
        machine.log.full = false
        machine.log.syncFails = false
        machine.syncMsMax = 3
        machine.lagMs = 0
        machine.pauseUntil(0)
        // What was to strike at some effect to come does so no more.
        machine.life?.runner.dieAtEffect(Number.POSITIVE_INFINITY, 'kill')
        machine.start()
      }
    },
  }
}
