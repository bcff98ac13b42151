/** Changes of the committee, one node at a time, by the leader. */
import type { Clock } from '../../base/clock/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Consensus } from '../consensus/driver/index.ts'
import type { EngineStatus, Members, PeerProgress } from '../consensus/index.ts'
import { isNamed } from './committee.ts'
import { failure, noQuorum } from './failures.ts'
import { CATCH_UP_ENTRIES, LOOK_MS, RETRY_MS } from './limits.ts'
import { pause } from './time-limit.ts'

export interface ReconfiguringDeps {
  self: NodeId
  consensus: Pick<Consensus, 'status' | 'changeMembers' | 'transferLeader'>
  clock: Clock
}

/** Throws NOT_LEADER where another node leads. */
export function requireLead({ self, consensus }: ReconfiguringDeps): EngineStatus {
  const { engine } = consensus.status()
  if (engine?.leader === self) return engine
  const { leader } = engine ?? {}
  if (!leader) throw noQuorum()
  throw failure('NOT_LEADER', 'Another node leads the committee.', { leader })
}

/** As a learner. */
export async function takeIn(
  deps: ReconfiguringDeps,
  node: NodeId,
  signal: AbortSignal,
): Promise<void> {
  await reach(deps, signal, {
    isReached: (members) => isNamed(members, node),
    from: ({ voters, learners }) => ({ voters, learners: [...learners, node] }),
  })
}

/** First a learner, and a voter once it has caught up (Raft thesis §4.2.1). */
export async function promote(
  deps: ReconfiguringDeps,
  node: NodeId,
  signal: AbortSignal,
): Promise<void> {
  await takeIn(deps, node, signal)
  for (;;) {
    const { members, progress, committed } = requireLead(deps)
    if (members.voters.includes(node)) return
    const seen = progress.find((one) => one.node === node)
    // A node that has said nothing yet counts as active for a while; it holds nothing either.
    const isClose = seen && seen.match > 0 && committed - seen.match <= CATCH_UP_ENTRIES
    if (isClose && seen.recentlyActive) break
    await pause(deps.clock, LOOK_MS, signal)
  }
  await reach(deps, signal, {
    isReached: ({ voters }) => voters.includes(node),
    from: ({ voters, learners }) => ({
      voters: [...voters, node],
      learners: learners.filter((one) => one !== node),
    }),
  })
}

/** A leader that is to go hands the lead over first, and the next one ends it. */
export async function demote(
  deps: ReconfiguringDeps,
  node: NodeId,
  signal: AbortSignal,
): Promise<void> {
  const { members } = requireLead(deps)
  if (!isNamed(members, node)) return
  if (members.voters.length === 1 && members.voters.includes(node)) {
    throw failure('LAST_VOTER', 'It is the only node that votes. Promote another one first.')
  }
  if (node === deps.self) await handOver(deps, bestVoter, signal)
  await reach(deps, signal, {
    isReached: (members) => !isNamed(members, node),
    from: ({ voters, learners }) => ({
      voters: voters.filter((one) => one !== node),
      learners: learners.filter((one) => one !== node),
    }),
  })
}

/** Raft thesis §3.10. Ends in NOT_LEADER, by which the asker comes to whoever leads now. */
export async function transfer(
  deps: ReconfiguringDeps,
  node: NodeId,
  signal: AbortSignal,
): Promise<void> {
  const { members } = requireLead(deps)
  if (!members.voters.includes(node)) {
    throw failure('NOT_A_VOTER', 'Only a node that votes can lead. Promote it first.')
  }
  if (node !== deps.self) await handOver(deps, (status) => ifActive(status, node), signal)
}

/** Ends in NOT_LEADER, which names who leads now. */
async function handOver(
  deps: ReconfiguringDeps,
  choose: (status: EngineStatus) => NodeId | undefined,
  signal: AbortSignal,
): Promise<never> {
  for (;;) {
    const chosen = choose(requireLead(deps))
    if (chosen !== undefined) deps.consensus.transferLeader(chosen)
    // The lead is lost for a moment before the next one is known.
    for (let looks = 0; looks < 10; looks++) {
      await pause(deps.clock, LOOK_MS, signal)
      const leader = deps.consensus.status().engine?.leader
      if (leader !== undefined && leader !== deps.self) requireLead(deps)
    }
  }
}

/** Nothing is written while the lead waits to be taken: it is offered to none that does not answer. */
function ifActive({ progress }: EngineStatus, node: NodeId): NodeId | undefined {
  return progress.find((one) => one.node === node && one.recentlyActive)?.node
}

function bestVoter({ members, progress }: EngineStatus): NodeId | undefined {
  return progress
    .filter(({ node, recentlyActive }) => recentlyActive && members.voters.includes(node))
    .reduce<PeerProgress | undefined>(
      (best, one) => (best && best.match >= one.match ? best : one),
      undefined,
    )?.node
}

interface Goal {
  isReached(members: Members): boolean
  from(members: Members): Members
}

async function reach(deps: ReconfiguringDeps, signal: AbortSignal, goal: Goal): Promise<void> {
  for (;;) {
    const { members } = requireLead(deps)
    if (goal.isReached(members)) return
    const fate = await deps.consensus.changeMembers(goal.from(members), { signal })
    // Another change may be under way, or the first entry of this lead not yet committed.
    if (fate.outcome !== 'committed') await pause(deps.clock, RETRY_MS, signal)
  }
}
