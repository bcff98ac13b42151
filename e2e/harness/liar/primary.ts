/**
 * In place of the Primary in a node that lies and keeps its seat (`asLiar`): from SIGUSR2
 * on it withholds, repeats and delays what it should say, and answers at its door what is not so, each
 * way for a while. None of it signs two things, so nothing of it can be proven.
 */
import type { Net } from '../../../node-core/base/net/index.ts'
import * as honest from '../../../node-core/control/primary/index.ts'
import type { DoorLieName } from '../../../sim/primary/door-lies.ts'
import { createLiarNet, type NodeLie } from '../../../sim/primary/liar.ts'

export * from '../../../node-core/control/primary/index.ts'

const WAYS: readonly { lie: NodeLie; door: DoorLieName }[] = [
  { lie: 'withholder', door: 'inventor' },
  { lie: 'laggard', door: 'silent' },
  { lie: 'replayer', door: 'repeater' },
]
const EACH_MS = 4_000

export function createPrimary(
  deps: honest.PrimaryDeps,
  options?: honest.PrimaryOptions,
): honest.Primary {
  const told: Record<string, number> = {}
  let sinceMs: number | undefined
  process.once('SIGUSR2', () => {
    sinceMs = performance.now()
    setInterval(() => console.error(`# lies: ${JSON.stringify(told)}`), EACH_MS / 4).unref()
  })
  const way = (): number =>
    sinceMs === undefined ? -1 : Math.floor((performance.now() - sinceMs) / EACH_MS) % WAYS.length
  const count = (what: string): void => {
    told[what] = (told[what] ?? 0) + 1
  }
  const { network, signer, clock, random } = deps
  const net = WAYS.reduce<Net>(
    (inner, { lie, door }, at) =>
      createLiarNet({
        ...{ net: inner, ids: [], lie, door, network: network.id, signer, clock, random },
        isLying: () => way() === at,
        count,
      }),
    deps.net as Net,
  )
  return honest.createPrimary({ ...deps, net }, options)
}
