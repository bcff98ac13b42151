/** One computer of the network: a disk that outlives its processes, and the node's Primary on it. */
import type { SimClock } from '../../node-core/base/clock/index.ts'
import { createSimDisk, type SimDisk } from '../../node-core/base/disk/index.ts'
import { createMemoryLogger, type LogLine } from '../../node-core/base/log/index.ts'
import type { NodeId, SimNetwork } from '../../node-core/base/net/index.ts'
import { createSeededRandom, type Random } from '../../node-core/base/random/index.ts'
import { createPrimary, type Primary } from '../../node-core/control/primary/index.ts'
import {
  type FoundedNetwork,
  issueNodeCertificate,
  type KeyPair,
  nodeIdOf,
  type Permission,
} from '../../node-core/identity/index.ts'
import { createNodeClock, type NodeClock } from '../node-clock.ts'
import type { Gossip } from './gossip.ts'
import { createLifeDisk } from './life-disk.ts'

export interface Machine {
  readonly name: string
  readonly id: NodeId
  /** Another one while a copy of it runs elsewhere. */
  disk: SimDisk
  /** Undefined while it is down. */
  life: Life | undefined
  /** How long the disk takes to sync, at most. Milliseconds. */
  syncMsMax: number
  /** By how much its wall clock is off. Milliseconds. */
  wallOffMs: number
  start(): void
  /** `kill -9`, or loss of power: what was not synced is lost. */
  die(how: 'kill' | 'powerLoss'): void
  pause(ms: number): void
}

export interface Life {
  readonly clock: NodeClock
  readonly primary: Primary
  readonly log: LogLine[]
}

export interface MachineDeps {
  network: FoundedNetwork
  owner: KeyPair
  key: KeyPair
  clock: SimClock
  links: SimNetwork
  gossip: Gossip
  random: Random
  /** By how fast its clock runs. */
  rate: number
  isKnown(node: NodeId): boolean
  onLife(machine: Machine, life: Life): void
}

const EVERYTHING: ReadonlySet<Permission> = new Set(['admin', 'invite', 'deploy', 'use'])

export function createMachine(name: string, deps: MachineDeps): Machine {
  const { network, owner, key, links, random } = deps
  const id = nodeIdOf(key.publicKey)
  const bornMs = deps.clock.wallMs()

  function live(): Life {
    const clock = createNodeClock(deps.clock, deps.rate)
    clock.jumpWall(machine.wallOffMs)
    const log: LogLine[] = []
    const takesMs = (): number => random.int(machine.syncMsMax + 1)
    const primary = createPrimary({
      ...{ network, clock, signer: key, logger: createMemoryLogger(log) },
      disk: createLifeDisk(machine.disk, clock, takesMs),
      random: createSeededRandom(random.int(2 ** 31)),
      net: links.node(id),
      state: deps.gossip.of(id),
      certificate: () =>
        issueNodeCertificate(owner, network.id, { node: key.publicKey, nowMs: bornMs }),
      role: () => 'rhizomorph',
      permissionsOf: (node) => (deps.isKnown(node) ? EVERYTHING : undefined),
      isHub: () => true,
      // Nobody overrules the committee here.
      mandate: () => undefined,
      claim: async () => 'none',
      owners: () => [],
      // The committee does not fill itself: who is in it is drawn from the seed.
      nodes: () => [],
    })
    return { clock, primary, log }
  }

  const machine: Machine = {
    ...{ name, id, life: undefined, syncMsMax: 3, wallOffMs: 0 },
    disk: createSimDisk({ random: createSeededRandom(random.int(2 ** 31)) }),
    start() {
      if (machine.life) return
      const life = live()
      machine.life = life
      deps.onLife(machine, life)
      // Without a disk to write on a node does not start, and the process ends.
      life.primary.start().catch(() => machine.life === life && machine.die('kill'))
    },
    die(how) {
      const { life } = machine
      if (!life) return
      links.crash(id, { silent: how === 'powerLoss' })
      life.clock.kill()
      machine.life = undefined
      if (how === 'powerLoss') machine.disk.crash()
    },
    pause(ms) {
      links.pause(id, ms)
      machine.life?.clock.pause(ms)
    },
  }
  return machine
}
