/** What goes wrong with computers, links and disks, drawn from the seed and counted. */
import { pick } from '../../node-core/base/random/index.ts'
import { drawWeather, FAIR, partedBy } from '../link-trouble.ts'
import type { Computer } from './computer.ts'
import type { World } from './world.ts'

export interface Chaos {
  /** One thing goes wrong, or is mended. */
  strike(): void
  /** Everything works again, and everyone is started. */
  end(): Promise<void>
  /** Nothing passes between them, one way or the other, or one of them is away. */
  isParted(a: Computer, b: Computer): boolean
}

export const FAULTS = [
  ...(['weather', 'partition', 'oneWay', 'mend', 'isolateLeader'] as const),
  ...(['kill', 'killLeader', 'powerLoss', 'restart', 'pause', 'slowDisk'] as const),
] as const
export type Fault = (typeof FAULTS)[number]

const PAUSE_MS_MAX = 12_000

export function createChaos(world: World): Chaos {
  const { random, links, computers, clock } = world
  const cuts = new Set<string>()
  const asleepUntilMs = new Map<Computer, number>()
  const any = (): Computer => pick(random, computers) as Computer
  const leader = (): Computer | undefined =>
    computers.find(({ life }) => life?.primary.status().role === 'leader')

  function cut(a: Computer, b: Computer): void {
    links.cut(a.id, b.id)
    cuts.add(`${a.name} ${b.name}`)
  }
  function mend(): void {
    links.mendAll()
    cuts.clear()
  }

  const faults: Record<Fault, () => void> = {
    weather: () => void Object.assign(links.faults, drawWeather(random)),
    partition() {
      for (const [from, to] of partedBy(random, computers)) cut(from, to)
    },
    oneWay: () => cut(any(), any()),
    mend,
    isolateLeader() {
      const alone = leader()
      for (const other of computers) {
        if (!alone || other === alone) continue
        cut(alone, other)
        cut(other, alone)
      }
    },
    kill: () => pick(random, world.running())?.die('kill'),
    killLeader: () => leader()?.die('kill'),
    powerLoss: () => pick(random, world.running())?.die('powerLoss'),
    restart() {
      const down = computers.filter(({ life }) => life === undefined)
      pick(random, down)?.start()
    },
    pause() {
      const ms = random.int(PAUSE_MS_MAX)
      const one = any()
      one.pause(ms)
      const untilMs = Math.max(asleepUntilMs.get(one) ?? 0, clock.monotonicMs() + ms)
      asleepUntilMs.set(one, untilMs)
    },
    slowDisk() {
      any().syncMsMax = random.float() < 0.5 ? 3 : 300
    },
  }

  const isAway = (one: Computer): boolean =>
    one.life === undefined || (asleepUntilMs.get(one) ?? 0) > clock.monotonicMs()

  return {
    strike() {
      const fault = pick(random, FAULTS) as Fault
      world.count(fault)
      world.note(fault)
      faults[fault]()
    },
    async end() {
      Object.assign(links.faults, FAIR)
      mend()
      const wakesMs = Math.max(0, ...asleepUntilMs.values())
      await world.advance(Math.max(0, wakesMs - clock.monotonicMs()) + 1)
      for (const computer of computers) {
        computer.syncMsMax = 3
        computer.start()
      }
    },
    isParted(a, b) {
      const cutsOff = cuts.has(`${a.name} ${b.name}`) || cuts.has(`${b.name} ${a.name}`)
      return cutsOff || isAway(a) || isAway(b)
    },
  }
}
