/** An admin who takes a node whose log is lost out of the committee, and in again. */
import { pick } from '../../node-core/base/random/index.ts'
import type { Machine } from './machine.ts'
import type { World } from './world.ts'

export interface Mending {
  /** Whether this one may be damaged now: not while another one is. */
  claim(machine: Machine): boolean
  /** By whoever is up; what comes of it nobody waits for. */
  ask(change: 'promote' | 'demote', machine: Machine): void
  /** Once nobody is damaged. */
  end(): Promise<void>
}

const LOOK_MS = 1_000
/** After a start, until what is wrong with a log is known. Milliseconds. */
const KNOWN_AFTER_MS = 15_000
const MENDED_WITHIN_MS = 90_000

export function createMending(world: World): Mending {
  let damaged: Machine | undefined
  let sinceMs = 0
  let asking = false

  const statusOf = (machine: Machine) => machine.life?.primary.status()

  async function change(what: 'promote' | 'demote', machine: Machine): Promise<void> {
    const others = world.running().filter((other) => other !== machine)
    const admin = pick(world.random, others)
    await admin?.life?.primary.change(what, machine.id).catch(() => {})
  }

  /** Nothing waits for an answer that may never come. */
  function ask(what: 'promote' | 'demote', machine: Machine): void {
    void change(what, machine)
  }

  function look(): void {
    world.clock.timer(LOOK_MS, look)
    if (!damaged || asking) return
    const status = statusOf(damaged)
    const isKnown = world.clock.monotonicMs() - sinceMs > KNOWN_AFTER_MS
    const votes = status?.role === 'voter' || status?.role === 'leader'
    if (votes && !status?.trouble && isKnown) {
      damaged = undefined
      return
    }
    const isLost = status?.trouble?.code === 'LOG_DAMAGED'
    if (!isLost && !(isKnown && status?.role !== 'learner')) return
    asking = true
    ask(isLost ? 'demote' : 'promote', damaged)
    world.count(isLost ? 'mended by demote' : 'mended by promote')
    world.clock.timer(2_000, () => {
      asking = false
    })
  }
  look()

  return {
    ask,
    claim(machine) {
      const { role } = statusOf(machine) ?? {}
      const votes = role === 'voter' || role === 'leader'
      const voters = statusOf(machine)?.committee?.voters.length ?? 0
      const bears = world.cast.engine === 'raft' ? 3 : 4
      if (damaged || !votes || voters < bears) return false
      damaged = machine
      sinceMs = world.clock.monotonicMs()
      world.count('damaged')
      return true
    },
    async end() {
      if (!(await world.until(() => damaged === undefined, MENDED_WITHIN_MS))) {
        world.count('never mended')
      }
    },
  }
}
