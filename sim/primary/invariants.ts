/** What holds at every step, seen from outside: one leader in a term, one state at each height. */
import type { Life, Machine } from './machine.ts'
import type { World } from './world.ts'

export interface Invariants {
  readonly failures: string[]
  /** Nodes that said that nothing is promised any more. */
  readonly voids: ReadonlySet<string>
  watch(machine: Machine, life: Life): void
  /** Every key with its value, where two nodes of one height differ. */
  differing(machines: readonly Machine[]): string[]
}

const FAILURES_MAX = 5

export function createInvariants(world: () => World): Invariants {
  const failures: string[] = []
  const leaders = new Map<number, string>()
  const states = new Map<number, { state: string; by: string }>()
  const voids = new Set<string>()
  const fail = (what: string): void => {
    if (failures.length < FAILURES_MAX) failures.push(what)
  }

  /** Of such a committee nothing is promised: the run would judge what nobody said. */
  function beyond(voters: readonly string[]): string | undefined {
    const liars = world().machines.filter(({ id, liar }) => liar && voters.includes(id)).length
    const bearable = Math.floor((voters.length - 1) / 3)
    return liars > bearable ? `${liars} of ${voters.length} voters lie` : undefined
  }

  function look(machine: Machine, life: Life): void {
    const { role, inForce, committee, height = 0, guarantee } = life.primary.status()
    if (guarantee === 'void') voids.add(machine.name)
    if (guarantee === 'void' && !world().cast.overrun) fail(`${machine.name} promises nothing`)
    const crowd = committee && role !== 'none' && !world().cast.overrun && beyond(committee.voters)
    if (crowd) fail(crowd)
    // Under Simplex everybody leads now and then.
    const leads = role === 'leader' && inForce && committee?.leader === machine.id
    if (leads && world().cast.engine === 'raft') {
      const known = leaders.get(committee.term) ?? machine.name
      leaders.set(committee.term, known)
      if (known !== machine.name)
        fail(`${known} and ${machine.name} lead in term ${committee.term}`)
    }
    const view = life.primary.view()
    // A follower's height runs ahead of its view for a moment when it takes over from a copy it gave up.
    if (!view || height === 0 || role === 'none') return
    const rules = `${view.version} ${JSON.stringify(view.seats())}`
    const state = `${view.revision} ${view.timeMs} ${view.uptimeMs} ${view.voters} ${rules}`
    const known = states.get(height)
    if (!known) {
      states.set(height, { state, by: machine.name })
      world().note(`${machine.name} ${height} ${state}`)
    } else if (known.state !== state) {
      fail(`${machine.name} at ${height}: ${state}; ${known.by}: ${known.state}`)
    }
  }

  return {
    failures,
    voids,
    watch(machine, life) {
      let looks = false
      life.primary.subscribe(() => {
        if (looks) return
        looks = true
        // In the midst of applying, the copy is ahead of the height that is told of it.
        world().clock.timer(0, () => {
          looks = false
          if (machine.life === life) look(machine, life)
        })
      })
    },
    differing(machines) {
      const content = (machine: Machine): string =>
        JSON.stringify(machine.life?.primary.view()?.list('', { limit: 10_000 }))
      const [first, ...others] = machines
      if (!first) return []
      const wanted = content(first)
      return others
        .filter((machine) => content(machine) !== wanted)
        .map(({ name }) => `${name} holds other keys than ${first.name}`)
    },
  }
}
