/**
 * Holders of leases: each hangs a key on one, keeps it for a while, and lets it go. A lease never ends
 * before its time has passed since it was last kept, however wrong fewer than half of the clocks are,
 * and it does end.
 */
import { pick } from '../../node-core/base/random/index.ts'
import type { Machine } from './machine.ts'
import type { World } from './world.ts'

export interface Tenants {
  readonly failures: string[]
  start(): void
  stop(): void
  /** Leases whose keys are still there, once nobody keeps them any more. */
  left(): string[]
  /** Those of them that ought to have ended, once they have had their time. */
  overdue(): string[]
  /** One more lease, which has to end though a voter is dead. */
  endsWithout(dead: Machine): Promise<void>
}

interface Lease {
  name: string
  key: string
  ttlMs: number
  /** When the last command that was acknowledged, its grant or a keep, was sent. */
  keptAtMs: number
}

const TENANTS = 2
const TTL_MS_MIN = 2_000
const TTL_MS_MAX = 6_000
/** What clocks that run differently make of its time. */
const DRIFT = 0.03
const PATIENCE_MS = 7_000
/**
 * In which all leases end once all is well: what is still kept of the last ones, their time, and half a
 * minute by a clock that was ahead. Counted from then, since what the log stood still for is no time.
 */
export const LEASES_END_WITHIN_MS = 90_000

export function createTenants(world: World): Tenants {
  const { random, clock } = world
  const failures: string[] = []
  const ended: Lease[] = []
  let open = true
  let made = 0

  /** False when it failed, or nobody answered. */
  async function done(asked: Promise<unknown>): Promise<boolean> {
    const answer = asked.then(
      () => true,
      () => false,
    )
    return Promise.race([answer, world.sleep(PATIENCE_MS).then(() => false)])
  }

  async function take(machine: Machine): Promise<Lease | undefined> {
    const { primary } = machine.life!
    const name = `sim/tenant-${made++}`
    const ttlMs = TTL_MS_MIN + random.int(TTL_MS_MAX - TTL_MS_MIN)
    const lease = { name, ttlMs, key: `${name}/here`, keptAtMs: clock.monotonicMs() }
    if (!(await done(primary.execute({ kind: 'lease.grant', body: { lease: name, ttlMs } }))))
      return
    const body = { key: lease.key, value: new Uint8Array(), lease: name }
    if (!(await done(primary.execute({ kind: 'kv.put', body })))) return
    world.count('lease: taken')
    return lease
  }

  async function keep(lease: Lease): Promise<void> {
    for (let times = random.int(4); times > 0; times--) {
      await world.sleep(random.int(lease.ttlMs))
      const machine = pick(random, world.running())
      if (!machine) continue
      const sentMs = clock.monotonicMs()
      const command = { kind: 'lease.keep', body: { lease: lease.name } } as const
      if (!(await done(machine.life!.primary.execute(command)))) continue
      lease.keptAtMs = sentMs
      world.count('lease: kept')
    }
  }

  /** Whoever reads before its time is over finds the key. */
  async function look(lease: Lease): Promise<void> {
    await world.sleep(random.int(lease.ttlMs))
    const machine = pick(random, world.running())
    if (!machine) return
    let isGone: boolean | undefined
    const reading = machine.life!.primary.key(lease.key).then(({ row }) => {
      isGone = row === undefined
    })
    if (!(await done(reading)) || isGone === undefined) return
    const heldMs = clock.monotonicMs() - lease.keptAtMs
    if (isGone && heldMs < lease.ttlMs * (1 - DRIFT)) {
      failures.push(`${lease.name} of ${lease.ttlMs} ms ended within ${Math.round(heldMs)} ms`)
    }
    world.count(isGone ? 'lease: ended' : 'lease: seen')
  }

  async function tenant(): Promise<void> {
    for (;;) {
      await world.sleep(random.int(500))
      if (!open) return
      const machine = pick(random, world.running())
      const lease = machine && (await take(machine))
      if (!lease) continue
      ended.push(lease)
      await keep(lease)
      await look(lease)
    }
  }

  function left(): string[] {
    const view = world.running()[0]?.life?.primary.view()
    return ended.filter(({ key }) => view?.get(key) !== undefined).map(({ name }) => name)
  }

  const overdue = (): string[] => left().map((name) => `${name} has not ended`)

  return {
    failures,
    start() {
      for (let n = 0; n < TENANTS; n++) void tenant()
    },
    stop() {
      open = false
    },
    left,
    overdue,
    async endsWithout(dead) {
      dead.die('kill')
      let lease: Lease | undefined
      const taking = async (): Promise<void> => {
        while (!lease && left().length === 0) {
          await world.sleep(100)
          const machine = pick(random, world.running())
          lease = machine && (await take(machine))
        }
      }
      void taking()
      await world.until(() => lease !== undefined, LEASES_END_WITHIN_MS)
      if (!lease) return
      ended.push(lease)
      world.count('lease: ended without a voter')
      await world.until(() => left().length === 0, LEASES_END_WITHIN_MS)
      failures.push(...overdue().map((what) => `${what} while ${dead.name} is dead`))
    },
  }
}
