/** What goes wrong, drawn from the seed, each counted as it strikes. */
import { pick } from '../../node-core/base/random/index.ts'
import type { Effect } from './effects.ts'
import type { Machine } from './machine.ts'
import { changeSomeMembers } from './member-changes.ts'
import type { Death } from './runner.ts'
import type { World } from './world.ts'

export interface Chaos {
  /** One thing goes wrong. */
  strike(): void
  /** Everything works again, and everyone is awake and started. */
  end(): void
}

export const FAULTS = [
  ...(['weather', 'partition', 'oneWay', 'isolateLeader', 'mend'] as const),
  ...(['die', 'dieAtEffect', 'blackout', 'burst'] as const),
  ...(['restart', 'pause', 'slowNode', 'diskFull', 'syncFails', 'compact'] as const),
  ...(['changeMembers', 'changeAndSplit', 'transferLeader'] as const),
]
export type Fault = (typeof FAULTS)[number]

const PAUSE_MS_MAX = 30_000
const EFFECTS_BEFORE_DEATH_MAX = 40
const BURST_MAX = 4
/** A change of members takes a few times as long as a message. */
const SPLIT_MS_MAX = 40

/** `deadly`: before which effect machines die, where it is not to be any. */
export function createChaos(world: World, deadly?: Effect): Chaos {
  const { random, links, machines, events } = world
  let bursts = 0
  const chance = (of: number): boolean => random.float() < of
  const any = (): Machine => pick(random, machines) as Machine
  const running = (): Machine[] => machines.filter(({ life }) => life !== undefined)
  const anyRunning = (): Machine | undefined => pick(random, running())
  const leaders = (): Machine[] =>
    running().filter(({ life, id }) => life?.engine.status().leader === id)
  /** Often whoever leads, where most can go wrong. */
  const victim = (): Machine | undefined =>
    chance(0.5) ? (pick(random, leaders()) ?? anyRunning()) : anyRunning()
  const death = (): Death => (chance(0.5) ? 'kill' : 'powerLoss')

  const faults: Record<Fault, () => void> = {
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
    restart: () =>
      pick(
        random,
        machines.filter(({ life }) => !life),
      )?.start(),
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
    changeMembers: () => changeSomeMembers(world),
    changeAndSplit() {
      const wanted = changeSomeMembers(world)
      if (!wanted) return
      // The new members and whoever leads on one side: what do the old ones take for the truth?
      const inside = new Set([...wanted.voters, ...leaders().map(({ id }) => id)])
      events.at(events.nowMs() + random.int(SPLIT_MS_MAX), () => {
        for (const a of machines) {
          for (const b of machines) {
            if (inside.has(a.id) !== inside.has(b.id)) links.cut(a.number, b.number)
          }
        }
        burst()
      })
    },
    transferLeader() {
      pick(random, leaders())?.life?.transferLeader(any().id)
    },
  }

  /** Everybody is given much to do at once, so that logs come to differ. */
  function burst(): void {
    for (const { life } of running()) {
      for (let left = random.int(BURST_MAX); left > 0; left--) {
        const id = `burst${bursts++}`
        life?.propose({ id, key: 'busy', value: id }, () => {})
      }
    }
  }

  return {
    strike() {
      const fault = pick(random, FAULTS) as Fault
      world.count(fault)
      faults[fault]()
    },
    end() {
      links.calm()
      links.mendAll()
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
