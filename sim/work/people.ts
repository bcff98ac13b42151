/** People who deploy, scale, change and delete work, and empty computers, through whichever node is up. */
import { MyceliumError, messageOf } from '../../node-core/base/errors/index.ts'
import { pick } from '../../node-core/base/random/index.ts'
import { type OnPartition, parseWorkload } from '../../node-core/work/spec/index.ts'
import type { Computer } from './computer.ts'
import type { World } from './world.ts'

export interface People {
  /** One of them does something, at a computer that is up, and waits for nothing. */
  act(): void
}

/** What becomes of each without a quorum is in its name. */
export const POLICIES: Readonly<Record<string, OnPartition>> = {
  heals: 'heal',
  keeps: 'keep',
  stops: 'stop',
}
const NAMES = Object.keys(POLICIES)
const REPLICAS_MAX = 4
/** Computers that take work stay: what is nowhere to be placed says nothing. */
const OPEN_MIN = 2

export function createPeople(world: World): People {
  const { random } = world
  let version = 0

  function ask(what: string, asked: Promise<unknown>): void {
    world.count(what)
    world.note(what)
    asked.catch((error: unknown) => {
      const code = error instanceof MyceliumError ? error.code : messageOf(error)
      world.count(`${what}: ${code}`)
    })
  }

  function body(name: string, replicas: number, image: string): Record<string, unknown> {
    const containers = [{ name: 'main', image, ports: [{ containerPort: 80 }] }]
    return { name, containers, replicas, onPartition: POLICIES[name], graceMs: 0 }
  }

  function work({ life }: Computer): void {
    const name = pick(random, NAMES) as string
    const drawn = random.int(10)
    const replicas = 1 + random.int(REPLICAS_MAX)
    if (!life) return
    const { desired } = life
    const held = desired.get(name)
    const image = held?.workload.parts[0].source
    const isKept = held && image && 'image' in image
    if (!isKept || drawn >= 7) {
      const how = held ? 'change' : 'deploy'
      const count = held?.workload.replicas ?? replicas
      const workload = parseWorkload(body(name, count, `app:v${++version}`))
      ask(how, desired.apply(workload, held))
    } else if (drawn < 2) ask('delete', desired.delete(name))
    else ask('scale', desired.apply(parseWorkload(body(name, replicas, image.image)), held))
  }

  function empty({ life }: Computer): void {
    if (!life) return
    const { cordons } = life
    const open = world.computers.filter((one) => !cordons.of(one).cordoned)
    const closed = world.computers.filter((one) => cordons.of(one).cordoned)
    const opens = pick(random, closed)
    if (opens && (open.length <= OPEN_MIN || random.float() < 0.5)) {
      ask('uncordon', cordons.set(opens, { cordoned: false, draining: false }))
      return
    }
    const closes = pick(random, open)
    if (!closes || open.length <= OPEN_MIN) return
    const draining = random.float() < 0.7
    ask(draining ? 'drain' : 'cordon', cordons.set(closes, { cordoned: true, draining }))
  }

  return {
    act() {
      const computer = pick(random, world.running())
      if (!computer) return
      if (random.float() < 0.75) work(computer)
      else empty(computer)
    },
  }
}
