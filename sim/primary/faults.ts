/** What goes wrong with computers, disks, clocks, links and backups, drawn from the seed and counted. */
import { createSimDisk, type SimDiskCopy } from '../../node-core/base/disk/index.ts'
import { createSeededRandom, pick } from '../../node-core/base/random/index.ts'
import { drawWeather, FAIR, partedBy } from '../link-trouble.ts'
import type { Cast } from './cast.ts'
import type { Machine } from './machine.ts'
import { createMending } from './mending.ts'
import type { World } from './world.ts'

export interface Chaos {
  /** One thing goes wrong, this one or one that is drawn. Resolves once the next may. */
  strike(which?: Fault): Promise<void>
  /** Everything works again, everyone is started, and whoever lost its log is in again. */
  end(): Promise<void>
}

export const FAULTS = [
  ...(['weather', 'partition', 'oneWay', 'linkStops', 'mend', 'isolateLeader'] as const),
  ...(['kill', 'powerLoss', 'blackout', 'restart', 'pause', 'slowDisk'] as const),
  ...(['wallJump', 'diskFull', 'failedSync', 'backup', 'promote', 'demote'] as const),
  // Of these at most one at a time: a log that is lost is one of the failures that a committee stands.
  ...(['bitFlip', 'diskLost', 'oldBackup', 'twin'] as const),
  // Where releases are mixed, and where the committee fills itself.
  ...(['upgrade', 'absence'] as const),
  // Where reads go by a lease: a lid that is closed, most likely the leader's.
  'sleep',
] as const
export type Fault = (typeof FAULTS)[number]

/** A liar in the committee is one of the failures that it stands, and who is in it is all that it stands. */
const NOT_AMONG_LIARS: readonly Fault[] = [
  ...(['promote', 'demote', 'bitFlip', 'diskLost', 'oldBackup', 'twin'] as const),
]

/** What is drawn from; a brief run has no time for an absence. */
function faultsOf({ liars, fills, mixed, leaseReads }: Cast, brief: boolean): Fault[] {
  return FAULTS.filter((fault) => {
    if (fault === 'upgrade') return mixed
    if (fault === 'absence') return fills && !brief
    if (fault === 'sleep') return leaseReads
    return liars.size === 0 || !NOT_AMONG_LIARS.includes(fault)
  })
}

/** What can strike few kinds of network strikes each of them, so that it need not be drawn. */
export function ownFault({ fills, mixed, leaseReads }: Cast, brief: boolean): Fault | undefined {
  if (mixed) return 'upgrade'
  if (fills && !brief) return 'absence'
  return leaseReads ? 'sleep' : undefined
}

/** Longer than the others wait before somebody else takes its place. */
const ABSENCE_MS = 100_000
/** What is under way of the faults is over by then. */
const UNDER_WAY_MS_MAX = 4_500
const ELECTED_WITHIN_MS = 5_000
const PAUSE_MS_MAX = 30_000
const HOUR_MS = 3_600_000
const VOTERS_MIN = { raft: 3, simplex: 4 }

/** `woken`: told the moment that a computer goes on where it stood still, before it hears anything. */
export function createChaos(
  world: World,
  { brief, woken }: { brief: boolean; woken: (machine: Machine) => void },
): Chaos {
  const { random, clock, links, machines, cast } = world
  const drawn = faultsOf(cast, brief)
  const backups = new Map<Machine, SimDiskCopy>()
  const mending = createMending(world)
  /** Whose clock may be wrong: fewer than half. */
  const wrongClock = pick(random, machines) as Machine
  let pausedUntilMs = 0
  /** Of what goes on by itself once it has struck. */
  let underWayUntilMs = 0
  const takes = (ms: number): void => {
    underWayUntilMs = Math.max(underWayUntilMs, clock.monotonicMs() + ms)
  }

  const any = (): Machine => pick(random, machines) as Machine
  const old = (): Machine[] => machines.filter(({ release }) => release !== undefined)
  const roleOf = (machine: Machine) => machine.life?.primary.status().role
  const leader = (): Machine | undefined => machines.find((each) => roleOf(each) === 'leader')
  const victim = (): Machine | undefined =>
    random.float() < 0.5
      ? (leader() ?? pick(random, world.running()))
      : pick(random, world.running())
  const cutBothWays = (a: Machine, b: Machine): void => {
    links.cut(a.id, b.id)
    links.cut(b.id, a.id)
  }

  /** As its first act: what has arrived meanwhile is heard right after. */
  function atWaking(machine: Machine | undefined, ms: number): void {
    const life = machine?.life
    if (!life || !cast.leaseReads) return
    clock.timer(Math.max(0, ms - 1), () => {
      if (machine.life === life) woken(machine)
    })
  }

  function standstillMs(): number {
    const ms = random.int(PAUSE_MS_MAX)
    pausedUntilMs = Math.max(pausedUntilMs, clock.monotonicMs() + ms)
    return ms
  }

  /** Its process ends, something happens to what it has, and it starts again. */
  function damage(what: (machine: Machine) => void | Promise<void>): void {
    const machine = victim()
    if (!machine || !mending.claim(machine)) return
    machine.die(random.float() < 0.5 ? 'kill' : 'powerLoss')
    void Promise.resolve(what(machine)).then(() => machine.start())
  }

  const faults: Record<Fault, () => void | Promise<void>> = {
    weather: () => void Object.assign(links.faults, drawWeather(random)),
    partition() {
      for (const [from, to] of partedBy(random, machines)) links.cut(from.id, to.id)
    },
    oneWay: () => links.cut(any().id, any().id),
    /** One after the other, and they come back in another order. */
    linkStops() {
      takes(4_000)
      const pairs = machines.flatMap((a, at) => machines.slice(at + 1).map((b) => [a, b] as const))
      for (const [a, b] of pairs) {
        clock.timer(random.int(2_000), () => cutBothWays(a, b))
        clock.timer(2_000 + random.int(2_000), () => {
          links.mend(a.id, b.id)
          links.mend(b.id, a.id)
        })
      }
    },
    mend: () => links.mendAll(),
    isolateLeader() {
      const alone = leader()
      for (const other of machines) if (alone && other !== alone) cutBothWays(alone, other)
    },
    kill: () => victim()?.die('kill'),
    powerLoss: () => victim()?.die('powerLoss'),
    blackout() {
      takes(2_000)
      for (const machine of machines) {
        machine.die('powerLoss')
        clock.timer(random.int(2_000), () => machine.start())
      }
    },
    restart() {
      pick(
        random,
        machines.filter(({ life }) => !life),
      )?.start()
    },
    pause() {
      const ms = standstillMs()
      const machine = victim()
      atWaking(machine, ms)
      machine?.pause(ms)
    },
    sleep: closeLid,
    slowDisk() {
      any().syncMsMax = random.float() < 0.5 ? 3 : 300
    },
    wallJump() {
      const ms = random.int(2 * HOUR_MS) - HOUR_MS
      wrongClock.wallOffMs += ms
      wrongClock.life?.clock.jumpWall(ms)
    },
    diskFull: () => any().disk.setCapacity(random.float() < 0.6 ? 0 : undefined),
    failedSync: () => any().disk.failSyncs(1),
    backup() {
      const machine = any()
      backups.set(machine, machine.disk.copyOut())
    },
    promote: () => mending.ask('promote', any()),
    demote() {
      const voters = leader()?.life?.primary.status().committee?.voters ?? []
      if (voters.length > VOTERS_MIN[cast.engine]) mending.ask('demote', any())
    },
    bitFlip: () => damage((machine) => flipSomewhere(world, machine)),
    /** The identity comes back from where people keep it; the rest does not. */
    diskLost: () =>
      damage(async ({ disk }) => {
        // It is lost, whatever else is wrong with it.
        disk.failSyncs(0)
        await disk.remove('registry')
      }),
    oldBackup: () =>
      damage((machine) => machine.disk.putBack(backups.get(machine) ?? machine.disk.copyOut())),
    /** A copy of it runs elsewhere for a while, then the one that was copied. */
    twin: () =>
      damage((machine) => {
        const { disk } = machine
        machine.disk = createSimDisk({ random: createSeededRandom(random.int(2 ** 31)) })
        machine.disk.putBack(disk.copyOut())
        takes(5_000)
        clock.timer(1_000 + random.int(4_000), () => {
          machine.die('kill')
          machine.disk = disk
          machine.start()
        })
      }),
    upgrade: () => upgrade(pick(random, old())),
    absence: leaveAlone,
  }

  /** It comes back as the release that all will run. */
  function upgrade(machine: Machine | undefined): void {
    if (!machine) return
    machine.die('kill')
    machine.release = undefined
    machine.start()
    world.count('upgraded')
  }

  async function makeWell(): Promise<void> {
    Object.assign(links.faults, FAIR)
    links.mendAll()
    await world.advance(Math.max(0, pausedUntilMs - clock.monotonicMs()))
    for (const machine of machines) {
      machine.disk.setCapacity(undefined)
      machine.disk.failSyncs(0)
      machine.syncMsMax = 3
      machine.start()
    }
  }

  /** Of the leader, while all others go on: they elect another one, and write. */
  async function closeLid(): Promise<void> {
    await makeWell()
    await world.until(() => leader() !== undefined, ELECTED_WITHIN_MS)
    // Until it is heard, and its lease renewed.
    await world.advance(1_000)
    const machine = leader()
    const ms = standstillMs()
    atWaking(machine, ms)
    machine?.sleep(ms)
    await world.advance(ms)
  }

  /** One that votes, while all others go on; another one takes its place. */
  async function leaveAlone(): Promise<void> {
    await makeWell()
    await world.atLeisure(mending.end)
    const votersNow = () => leader()?.life?.primary.status().committee?.voters ?? []
    const absent = machines.find(({ id }) => votersNow().includes(id) && id !== leader()?.id)
    absent?.die('kill')
    const isReplaced = (): boolean => {
      const voters = votersNow()
      return voters.length > 0 && absent !== undefined && !voters.includes(absent.id)
    }
    const wait = () => world.until(isReplaced, ABSENCE_MS)
    if (await world.atLeisure(wait)) world.count('replaced')
  }

  return {
    async strike(which) {
      const fault = which ?? (pick(random, drawn) as Fault)
      world.count(fault)
      world.note(fault)
      await faults[fault]()
    },
    async end() {
      const leftMs = brief ? underWayUntilMs - clock.monotonicMs() : UNDER_WAY_MS_MAX
      await world.advance(Math.max(0, leftMs))
      await makeWell()
      for (const machine of old()) upgrade(machine)
      await world.atLeisure(mending.end)
      for (const { disk } of machines) {
        for (const [what, times] of Object.entries(disk.faults)) world.count(`disk: ${what}`, times)
      }
    },
  }
}

/**
 * In the older half of its log: bits that rot in what was written last look like a write that power
 * loss has cut short, which is one of the two misfortunes that docs/adr/0009 does not promise to stand.
 */
async function flipSomewhere({ random }: World, { disk }: Machine): Promise<void> {
  const files = (await disk.list('registry/log')).filter((name) => name.startsWith('segment-'))
  const file = files[0] && `registry/log/${files[0]}`
  const sizeBytes = file === undefined ? 0 : ((await disk.size(file)) ?? 0)
  if (file !== undefined && sizeBytes > 0) disk.flipBit(file, random.int(sizeBytes * 4))
}
