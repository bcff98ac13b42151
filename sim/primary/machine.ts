/** One computer of the network: a disk that outlives its processes, and the node's Primary on it. */
import type { SimClock } from '../../node-core/base/clock/index.ts'
import { createSimDisk, type Disk, type SimDisk } from '../../node-core/base/disk/index.ts'
import { createMemoryLogger, type LogLine } from '../../node-core/base/log/index.ts'
import type { Net, NodeId, SimNetwork } from '../../node-core/base/net/index.ts'
import { createSeededRandom, type Random } from '../../node-core/base/random/index.ts'
import {
  createPrimary,
  foundPrimary,
  type OwnerFacts,
  type Primary,
  type PrimaryOptions,
} from '../../node-core/control/primary/index.ts'
import type { Release } from '../../node-core/control/registry/index.ts'
import { sealMandate } from '../../node-core/control/succession/index.ts'
import {
  type FoundedNetwork,
  issueMembership,
  issueNodeCertificate,
  type KeyPair,
  nodeIdOf,
  type OwnerId,
  ownerIdOf,
  type Permission,
} from '../../node-core/identity/index.ts'
import { createNodeClock, type NodeClock } from '../node-clock.ts'
import type { Ways } from './cast.ts'
import { createDetector } from './detector.ts'
import type { Gossip } from './gossip.ts'
import { boasting, createLiarNet } from './liar.ts'
import { createLifeDisk } from './life-disk.ts'
import { countingSnapshots } from './overheard.ts'
import { forkNet } from './twins.ts'

export interface Machine {
  readonly name: string
  readonly id: NodeId
  readonly owner: OwnerId
  /** Another one while a copy of it runs elsewhere. */
  disk: SimDisk
  /** In which ways it lies, if it does. */
  readonly liar: Ways | undefined
  /** Undefined while it is down. */
  life: Life | undefined
  /** What its next life runs; undefined for this release. */
  release: Release | undefined
  /** How long the disk takes to sync, at most. Milliseconds. */
  syncMsMax: number
  /** By how much its wall clock is off. Milliseconds. */
  wallOffMs: number
  /** Until when it stands still, on the world's clock. Milliseconds. */
  readonly stillUntilMs: number
  /** It votes from the genesis on. */
  found(): Promise<void>
  start(): void
  /** `kill -9`, or loss of power: what was not synced is lost. */
  die(how: 'kill' | 'powerLoss'): void
  pause(ms: number): void
  /** The same, and its monotonic clock stands still. */
  sleep(ms: number): void
}

export interface Life {
  readonly clock: NodeClock
  readonly primary: Primary
  /** What this process writes to, and no later one. */
  readonly disk: Disk
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
  ids: readonly NodeId[]
  liar: Ways | undefined
  release: Release | undefined
  /** Whether the committee fills itself; else who is in it is drawn from the seed. */
  fills: boolean
  options: PrimaryOptions
  permissionsOf(node: NodeId): ReadonlySet<Permission> | undefined
  owners(): readonly OwnerFacts[]
  isLying(): boolean
  /** Which of the others hear the first of two twins. */
  isLeft(node: NodeId): boolean
  count(what: string): void
  onLife(machine: Machine, life: Life): void
}

export function createMachine(name: string, deps: MachineDeps): Machine {
  const { network, owner, key, links, random, liar } = deps
  const id = nodeIdOf(key.publicKey)
  const bornMs = deps.clock.wallMs()
  const blankDisk = (): SimDisk => {
    return createSimDisk({ random: createSeededRandom(random.int(2 ** 31)) })
  }
  /** Of the other twin. */
  const otherDisk = liar?.lie === 'twins' ? blankDisk() : undefined

  /** As one process has it. */
  function lifeDiskOn(disk: SimDisk, clock: NodeClock): Disk {
    const takesMs = (): number => random.int(machine.syncMsMax + 1)
    return createLifeDisk(disk, { clock, takesMs, compacted: () => deps.count('compacted') })
  }

  function primaryOn(
    net: Net,
    { clock, log, disk }: Pick<Life, 'clock' | 'log' | 'disk'>,
  ): Primary {
    const { release } = machine
    return createPrimary(
      {
        ...{ network, clock, net, disk, signer: key, logger: createMemoryLogger(log) },
        random: createSeededRandom(random.int(2 ** 31)),
        state: stateOf(),
        certificate: () =>
          issueNodeCertificate(owner, network.id, { node: key.publicKey, nowMs: bornMs }),
        role: () => 'rhizomorph',
        permissionsOf: deps.permissionsOf,
        isHub: () => true,
        mandate,
        claim: async () => 'none',
        owners: deps.owners,
        nodes: deps.fills ? createDetector(net, clock, deps.ids) : () => [],
      },
      { ...deps.options, ...(release && { release }) },
    )
  }

  /** An admin's word, which no liar has. */
  function mandate(payload: Uint8Array): Uint8Array | undefined {
    if (liar) return undefined
    const membership = issueMembership(
      owner,
      network.id,
      {
        ...{ owner: owner.publicKey, ownerName: 'Somebody' },
        ...{ permissions: ['admin', 'use'], nowMs: bornMs },
      },
      createSeededRandom(1),
    )
    return sealMandate(owner, network, payload, [membership])
  }

  const shared = deps.gossip.of(id)
  function stateOf() {
    return liar ? boasting(shared, { self: id, ...deps }) : shared
  }

  function netOf(clock: NodeClock): Net {
    const net = countingSnapshots(links.node(id), () => deps.count('snapshot sent'))
    return liar
      ? createLiarNet({ ...deps, ...liar, net, clock, network: network.id, signer: key })
      : net
  }

  function live(): Life & { start(): Promise<void> } {
    const clock = createNodeClock(deps.clock, deps.rate)
    clock.jumpWall(machine.wallOffMs)
    const log: LogLine[] = []
    const end = netOf(clock)
    const [net, otherNet] = otherDisk ? forkNet(end, deps.isLeft) : [end]
    const disk = lifeDiskOn(machine.disk, clock)
    const primary = primaryOn(net, { clock, log, disk })
    const other =
      otherDisk &&
      otherNet &&
      primaryOn(otherNet, { clock, log: [], disk: lifeDiskOn(otherDisk, clock) })
    return {
      ...{ clock, primary, log, disk },
      async start() {
        await Promise.all([primary.start(), other?.start()])
      },
    }
  }

  let stillUntilMs = 0
  function standStill(ms: number): void {
    stillUntilMs = Math.max(stillUntilMs, deps.clock.monotonicMs() + ms)
    // As it truly is: nothing arrives, over streams neither.
    links.pause(id, ms, { streams: network.genesis.leaseReads })
  }

  const machine: Machine = {
    ...{ name, id, liar, owner: ownerIdOf(owner.publicKey), release: deps.release },
    ...{ life: undefined, syncMsMax: 3, wallOffMs: 0, disk: blankDisk() },
    async found() {
      for (const disk of [machine.disk, ...(otherDisk ? [otherDisk] : [])]) await foundPrimary(disk)
    },
    start() {
      if (machine.life) return
      const life = live()
      machine.life = life
      deps.onLife(machine, life)
      // Without a disk to write on a node does not start, and the process ends.
      life.start().catch(() => machine.life === life && machine.die('kill'))
    },
    die(how) {
      const { life } = machine
      if (!life) return
      links.crash(id, { silent: how === 'powerLoss' })
      life.clock.kill()
      machine.life = undefined
      if (how !== 'powerLoss') return
      machine.disk.crash()
      otherDisk?.crash()
    },
    get stillUntilMs() {
      return stillUntilMs
    },
    pause(ms) {
      standStill(ms)
      machine.life?.clock.pause(ms)
    },
    sleep(ms) {
      standStill(ms)
      machine.life?.clock.sleep(ms)
    },
  }
  return machine
}
