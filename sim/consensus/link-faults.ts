/** What goes wrong between machines. */
import { pick } from '../../node-core/base/random/index.ts'
import type { Targets } from './targets.ts'
import type { World } from './world.ts'

export const LINK_FAULTS = ['weather', 'partition', 'oneWay', 'isolateLeader', 'mend'] as const
type LinkFault = (typeof LINK_FAULTS)[number]

export function createLinkFaults(
  { random, links, machines }: World,
  { chance, any, leaders, burst }: Targets,
): Record<LinkFault, () => void> {
  return {
    weather() {
      Object.assign(links.weather, {
        dropRate: random.float() * 0.3,
        duplicateRate: random.float() * 0.3,
        slowRate: random.float() * 0.1,
        delayMsMax: 5 + random.int(300),
      })
    },
    partition() {
      const side = machines.map(() => chance(0.5))
      for (const a of machines) {
        for (const b of machines) {
          if (side[a.number] !== side[b.number]) links.cut(a.number, b.number)
        }
      }
    },
    oneWay: () => links.cut(any().number, any().number),
    isolateLeader() {
      const leader = pick(random, leaders()) ?? any()
      const [to, from] = [chance(0.8), chance(0.8)]
      for (const { number } of machines) {
        if (to) links.cut(leader.number, number)
        if (from) links.cut(number, leader.number)
      }
      burst()
    },
    mend: () => links.mendAll(),
  }
}
