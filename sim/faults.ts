/** What goes wrong, and what people do meanwhile, drawn from the seed. Each is counted. */
import type { Plain } from '../node-core/base/codec/index.ts'
import { MyceliumError, messageOf } from '../node-core/base/errors/index.ts'
import { pick } from '../node-core/base/random/index.ts'
import type { StateRecord } from '../node-core/control/state/index.ts'
import { parseWorkload, storedForm, workloadKey } from '../node-core/work/spec/index.ts'
import { drawWeather, FAIR, partedBy } from './link-trouble.ts'
import type { Life, World, WorldNode } from './world.ts'

export type Fault =
  | 'partition'
  | 'oneWay'
  | 'mend'
  | 'kill'
  | 'powerLoss'
  | 'machineLoss'
  | 'restart'
  | 'pause'
  | 'sleep'
  | 'wallJump'
  | 'diskFull'
  | 'weather'

export interface Chaos {
  readonly counts: Record<string, number>
  /** Writes that were acknowledged. */
  readonly acknowledged: StateRecord[]
  /** One thing goes wrong, or somebody does something. */
  step(): void
  /** Everything works again, and everyone is started. */
  end(): Promise<void>
}

const NAMES = ['web', 'api', 'job']
const PAUSE_MS_MAX = 30_000
/** From the word that a machine will sleep until it does. */
const SLEEP_AFTER_MS_MAX = 5_000

export function createChaos(world: World): Chaos {
  const { random, network, nodes, clock } = world
  const counts: Record<string, number> = {}
  const acknowledged: StateRecord[] = []
  let awakeAtMs = 0
  const anyNode = (): WorldNode => pick(random, nodes) as WorldNode
  const running = (): WorldNode[] => nodes.filter(({ life }) => life !== undefined)
  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1
  }

  const faults: Record<Fault, () => void> = {
    partition() {
      for (const [from, to] of partedBy(random, nodes)) network.cut(from.id, to.id)
    },
    oneWay() {
      network.cut(anyNode().id, anyNode().id)
    },
    mend: () => network.mendAll(),
    kill: () => pick(random, running())?.kill({ silent: false }),
    powerLoss: () => pick(random, running())?.kill({ silent: true }),
    machineLoss() {
      const node = pick(random, running())
      node?.kill({ silent: true })
      for (const id of node?.engine.held.keys() ?? []) node?.engine.remove(id)
    },
    restart() {
      const down = nodes.filter(({ life }) => life === undefined)
      pick(random, down)?.start()
    },
    pause() {
      const ms = random.int(PAUSE_MS_MAX)
      awakeAtMs = Math.max(awakeAtMs, clock.monotonicMs() + ms)
      anyNode().pause(ms)
    },
    sleep() {
      const node = pick(random, running())
      const ms = random.int(PAUSE_MS_MAX)
      const beforeMs = random.int(SLEEP_AFTER_MS_MAX)
      awakeAtMs = Math.max(awakeAtMs, clock.monotonicMs() + beforeMs + ms)
      const { life } = node ?? {}
      void life?.membership.sleep().catch((error: unknown) => count(refusal(error)))
      // Some machines announce a sleep that never comes; some wake without a word.
      clock.timer(beforeMs, () => {
        if (node && node.life === life && random.float() < 0.8) node.pause(ms)
      })
      if (random.float() < 0.5) clock.timer(beforeMs + ms, () => void wake(life))
    },
    wallJump: () =>
      pick(random, running())?.life?.clock.jumpWall(random.int(7_200_000) - 3_600_000),
    diskFull: () => anyNode().fillDisk(random.float() < 0.7),
    weather: () => void Object.assign(network.faults, drawWeather(random)),
  }
  const kinds = Object.keys(faults) as Fault[]

  async function wake(life: Life | undefined): Promise<void> {
    await life?.membership.wake().catch((error: unknown) => count(refusal(error)))
  }

  /** Somebody deploys, scales or deletes, at a node that runs. */
  function act(): void {
    const node = pick(random, running())
    const name = pick(random, NAMES) as string
    if (!node?.life) return
    const key = workloadKey(name)
    const replicas = random.int(4)
    if (replicas === 0) {
      count('delete')
      const { state } = node.life
      void state.delete(key).then(
        () => {
          const record = state.get(key)
          if (record) acknowledged.push(record)
        },
        (error: unknown) => count(refusal(error)),
      )
      return
    }
    count('deploy')
    void node.life.state.put(key, workloadValue(name, replicas)).then(
      (record) => acknowledged.push(record),
      (error: unknown) => count(refusal(error)),
    )
  }

  return {
    counts,
    acknowledged,
    step() {
      if (random.float() < 0.4) return act()
      const kind = pick(random, kinds) as Fault
      count(kind)
      faults[kind]()
    },
    async end() {
      Object.assign(network.faults, FAIR)
      network.mendAll()
      for (const node of nodes) {
        node.fillDisk(false)
        if (!node.life) node.start()
      }
      await world.advance(Math.max(0, awakeAtMs - clock.monotonicMs()) + 1)
      for (const { life } of nodes) void wake(life)
    },
  }
}

/** Codes, since messages carry what varies. */
function refusal(error: unknown): string {
  return `refused: ${error instanceof MyceliumError ? error.code : messageOf(error)}`
}

function workloadValue(name: string, replicas: number): Plain {
  const containers = [{ name, image: 'sample', ports: [{ containerPort: 80 }] }]
  return storedForm(parseWorkload({ name, containers, replicas }))
}
