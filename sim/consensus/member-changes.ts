/** Somebody asks for other members: in, out, up, down, or one in another's place. */
import type { NodeId } from '../../node-core/base/net/index.ts'
import { pick } from '../../node-core/base/random/index.ts'
import type { Members } from '../../node-core/control/consensus/index.ts'
import type { World } from './world.ts'

const VOTERS_MIN = 2

export function changeSomeMembers(world: World): void {
  const { random, machines, invariants } = world
  const members = changed(world, invariants.members())
  if (!members) return
  const running = machines.filter(({ life }) => life !== undefined)
  // Mostly whoever leads, since others refuse.
  const leaders = running.filter(({ life, id }) => life?.engine.status().leader === id)
  const asked = random.float() < 0.8 ? pick(random, leaders) : pick(random, running)
  if (!asked?.life) return
  for (const id of [...members.voters, ...members.learners]) world.machine(id).start()
  world.count(world.links.isWhole() ? 'membersAsked' : 'membersAskedInPartition')
  asked.life.changeMembers(members)
}

function changed({ random, machines }: World, { voters, learners }: Members): Members | undefined {
  const outside = machines
    .map(({ id }) => id)
    .filter((id) => !voters.includes(id) && !learners.includes(id))
  const [voter, learner, newcomer] = [voters, learners, outside].map((ids) => pick(random, ids))
  const without = (ids: readonly NodeId[], id: NodeId | undefined): NodeId[] =>
    ids.filter((each) => each !== id)
  switch (random.int(6)) {
    case 0:
      return newcomer && { voters, learners: [...learners, newcomer] }
    case 1:
      return newcomer && { voters: [...voters, newcomer], learners }
    case 2:
      return learner && { voters: [...voters, learner], learners: without(learners, learner) }
    case 3:
      return learner && { voters, learners: without(learners, learner) }
    case 4: {
      if (voters.length <= VOTERS_MIN) return undefined
      return { voters: without(voters, voter), learners }
    }
    default:
      return newcomer && { voters: [...without(voters, voter), newcomer], learners }
  }
}
