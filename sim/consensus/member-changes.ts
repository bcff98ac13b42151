/** Somebody asks for other members: in, out, up, down, or several in the places of others. */
import type { NodeId } from '../../node-core/base/net/index.ts'
import { pick, shuffle } from '../../node-core/base/random/index.ts'
import type { Members } from '../../node-core/control/consensus/index.ts'
import type { Targets } from './targets.ts'
import type { World } from './world.ts'

export const MEMBER_FAULTS = ['changeMembers', 'changeAndSplit', 'transferLeader'] as const
type MemberFault = (typeof MEMBER_FAULTS)[number]

const VOTERS_MIN = 2
/** A change of members takes a few times as long as a message. */
const SPLIT_MS_MAX = 40

export function createMemberFaults(
  world: World,
  { any, leaders, burst }: Targets,
  later: (ms: number, run: () => void) => void,
): Record<MemberFault, () => void> {
  const { random, links, machines } = world
  return {
    changeMembers: () => changeSomeMembers(world),
    changeAndSplit() {
      const wanted = changeSomeMembers(world)
      if (!wanted) return
      // The new members and whoever leads on one side: what do the old ones take for the truth?
      const inside = new Set([...wanted.voters, ...leaders().map(({ id }) => id)])
      later(random.int(SPLIT_MS_MAX), () => {
        for (const a of machines) {
          for (const b of machines) {
            if (inside.has(a.id) !== inside.has(b.id)) links.cut(a.number, b.number)
          }
        }
        burst()
      })
    },
    transferLeader() {
      pick(random, leaders())?.life?.transferLeader(any().id)
    },
  }
}

/** What was asked for, if anybody could be asked. */
function changeSomeMembers(world: World): Members | undefined {
  const { random, machines, invariants, links } = world
  const running = machines.filter(({ life }) => life !== undefined)
  // Mostly whoever leads, since others refuse.
  const leaders = running.filter(({ life, id }) => life?.engine.status().leader === id)
  const asked = random.float() < 0.9 ? pick(random, leaders) : pick(random, running)
  if (!asked?.life) return undefined
  const members = changed(world, invariants.members())
  for (const id of [...members.voters, ...members.learners]) world.machine(id).start()
  world.count(links.isWhole() ? 'membersAsked' : 'membersAskedInPartition')
  asked.life.changeMembers(members)
  return members
}

function changed({ random, machines, kind }: World, { voters, learners }: Members): Members {
  const outside = machines
    .map(({ id }) => id)
    .filter((id) => !voters.includes(id) && !learners.includes(id))
  const [voter, learner, newcomer] = [voters, learners, outside].map((ids) => pick(random, ids))
  const without = (ids: readonly NodeId[], id: NodeId | undefined): NodeId[] =>
    ids.filter((each) => each !== id)
  switch (random.int(6)) {
    case 0:
      if (newcomer) return { voters, learners: [...learners, newcomer] }
      break
    case 1:
      if (newcomer) return { voters: [...voters, newcomer], learners }
      break
    case 2:
      if (!learner) break
      return { voters: [...voters, learner], learners: without(learners, learner) }
    case 3:
      if (learner) return { voters, learners: without(learners, learner) }
      break
    case 4:
      if (voters.length > VOTERS_MIN) return { voters: without(voters, voter), learners }
      break
  }
  if (!kind.replacesAll) {
    const joining = newcomer ? [newcomer] : []
    return { voters: [...(newcomer ? without(voters, voter) : voters), ...joining], learners }
  }
  // Any others: the old and the new majority may have nobody in common.
  const count = VOTERS_MIN + random.int(3)
  const drawn = shuffle(
    random,
    machines.map(({ id }) => id),
  )
  return { voters: drawn.slice(0, count), learners: [] }
}
