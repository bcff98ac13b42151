/** What an adversary works with: it sees everything, parts the network as it likes, and waits. */
import type { Members } from '../../node-core/control/consensus/index.ts'
import type { Machine } from './machine.ts'
import type { World } from './world.ts'

export interface Stage {
  readonly world: World
  /** As the last delivered change of members says, those that run. */
  voters(): Machine[]
  /** Makes that many vote, if they are fewer. Undefined where it does not come to it. */
  enlist(count: number): Machine[] | undefined
  /** Whoever holds itself to lead, in the highest term; waits for one. */
  leader(among?: readonly Machine[]): Machine | undefined
  /** Advances until it holds; false where time or a failure comes first. */
  until(holds: () => boolean, ms: number): boolean
  /** Only within each of these groups does anything pass. */
  part(...groups: (readonly Machine[])[]): void
  /** Hands it that many commands, large enough to need several messages. */
  burden(machine: Machine, commands: number): void
  /** Asks it for other members. */
  ask(machine: Machine, members: Members): void
}

const LEADER_WITHIN_MS = 4_000

export function createStage(world: World): Stage {
  const { machines, invariants, links } = world
  let burdens = 0
  const leads = ({ life, id }: Machine): boolean => life?.engine.status().leader === id
  const termOf = ({ life }: Machine): number => life?.engine.status().term ?? 0

  const stage: Stage = {
    world,
    voters() {
      const { voters } = invariants.members()
      return machines.filter(({ id, life }) => life && voters.includes(id))
    },
    enlist(count) {
      const enough = (): boolean => stage.voters().length >= count
      const { voters } = invariants.members()
      const others = machines.map(({ id }) => id).filter((id) => !voters.includes(id))
      const joining = others.slice(0, Math.max(0, count - voters.length))
      const leader = stage.leader()
      if (!enough() && leader) stage.ask(leader, { voters: [...voters, ...joining], learners: [] })
      return stage.until(enough, LEADER_WITHIN_MS) ? stage.voters() : undefined
    },
    leader(among = machines) {
      const leaders = (): Machine[] => among.filter(leads)
      stage.until(() => leaders().length > 0, LEADER_WITHIN_MS)
      return leaders().sort((a, b) => termOf(b) - termOf(a))[0]
    },
    until(holds, ms) {
      for (let left = ms; left > 0 && !holds(); left--) {
        if (invariants.failures.length > 0) return false
        world.advance(1)
      }
      return holds()
    },
    part(...groups) {
      links.mendAll()
      const groupOf = (machine: Machine): number => groups.findIndex((all) => all.includes(machine))
      for (const a of machines) {
        for (const b of machines) {
          if (groupOf(a) < 0 || groupOf(a) !== groupOf(b)) links.cut(a.number, b.number)
        }
      }
    },
    burden({ life }, commands) {
      for (let left = commands; left > 0; left--) {
        const id = `burden${burdens++}`
        life?.propose({ id, key: 'busy', value: id.padEnd(60, '.') }, () => {})
      }
    },
    ask: ({ life }, members) => life?.changeMembers(members),
  }
  return stage
}
