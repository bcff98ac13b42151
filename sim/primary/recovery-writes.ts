/** Writes of a network whose committee is overruled, and what became of each (`recovery.ts`). */
import { pick } from '../../node-core/base/random/index.ts'
import type { Machine } from './machine.ts'
import type { World } from './world.ts'

const WRITERS = 3
const PATIENCE_MS = 7_000
const THINK_MS_MAX = 300
const PREFIX = 'sim/recovery/'

/** Every key once, through whoever is up. */
export function createWriting(world: World) {
  const acknowledged: string[] = []
  let keys = 0
  let open = true
  async function writer(): Promise<void> {
    while (open) {
      await world.sleep(world.random.int(THINK_MS_MAX))
      const machine = pick(world.random, world.running())
      const key = `${PREFIX}${keys++}`
      const body = { key, value: Uint8Array.of(1) }
      const isPromised = (): boolean => machine?.life?.primary.status().guarantee === 'byzantine'
      const before = isPromised()
      const done = machine?.life?.primary.execute({ kind: 'kv.put', body }).then(
        () => {
          // Of fewer than four, one that lies may make up an answer.
          if (before && isPromised()) acknowledged.push(key)
          world.count(before ? 'write: acknowledged' : 'write: nothing promised')
        },
        () => world.count('write: not told'),
      )
      await Promise.race([done, world.sleep(PATIENCE_MS)])
    }
  }
  return {
    acknowledged,
    start() {
      for (let n = 0; n < WRITERS; n++) void writer()
    },
    stop() {
      open = false
    },
  }
}

/** What was acknowledged stands, or whoever held it says that it was late. */
export function unaccounted(
  world: World,
  admin: Machine,
  acknowledged: readonly string[],
  mayBeLate: boolean,
): string[] {
  const view = admin.life?.primary.view()
  const reports = world.honest.flatMap(({ life }) => life?.primary.recovery.reports() ?? [])
  const late = new Set([
    ...reports.flatMap(({ commands }) => commands.map(({ subject }) => subject)),
    ...reports.flatMap(({ rows }) => rows.map(({ key }) => key)),
  ])
  const stands = new Set(view?.list(PREFIX, { limit: 10_000 }).map(({ key }) => key))
  const gone = acknowledged.filter((key) => !stands.has(key))
  world.count('write: late', gone.filter((key) => late.has(key)).length)
  return gone
    .filter((key) => !mayBeLate || !late.has(key))
    .map(
      (key) => `${key} was acknowledged and is gone${late.has(key) ? '' : ', and nobody says so'}`,
    )
}
