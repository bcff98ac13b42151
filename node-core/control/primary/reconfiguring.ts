/** Changes of the committee, one node at a time, by the leader. */
import type { Clock } from '../../base/clock/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { isCaughtUp, quorumOf } from '../backbone/index.ts'
import type { Consensus } from '../consensus/driver/index.ts'
import type { EngineStatus, Members, PeerProgress } from '../consensus/index.ts'
import { isNamed } from './committee.ts'
import { failure, noQuorum } from './failures.ts'
import { LOOK_MS, RETRY_MS, SILENCE_MS } from './limits.ts'
import { pause } from './time-limit.ts'

export interface ReconfiguringDeps {
  self: NodeId
  consensus: Pick<Consensus, 'status' | 'changeMembers' | 'transferLeader'>
  clock: Clock
  logger: Logger
  /** To whom a sole voter hands the registry before it goes. */
  successor(going: NodeId): NodeId | undefined
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
    if (seen && isCaughtUp(seen, committed)) break
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
    const successor = deps.successor(node)
    if (successor === undefined) throw failure('LAST_VOTER', LAST_VOTER)
    await promote(deps, successor, signal)
  }
  if (node === deps.self) await handOver(deps, bestVoter, signal)
  const silent = await thoseWhoWouldBlock(deps, node, signal)
  if (silent.length > 0) deps.logger.warn('Silent voters go along with one.', { node, silent })
  const gone = new Set([node, ...silent])
  await reach(deps, signal, {
    isReached: (members) => !isNamed(members, node),
    from: ({ voters, learners }) => ({
      voters: voters.filter((one) => !gone.has(one)),
      learners: learners.filter((one) => one !== node),
    }),
  })
}

/** Without the one that goes, the silent ones must not be what a majority waits for. */
async function thoseWhoWouldBlock(
  deps: ReconfiguringDeps,
  going: NodeId,
  signal: AbortSignal,
): Promise<NodeId[]> {
  const heard = new Set([deps.self])
  // A leader asks anew now and then who is active, so one look says little of who is not.
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const { kind, members, progress } = requireLead(deps)
    for (const { node, recentlyActive } of progress) if (recentlyActive) heard.add(node)
    const rest = members.voters.filter((node) => node !== going)
    const silent = rest.filter((node) => !heard.has(node))
    if (rest.length - silent.length >= quorumOf(kind, rest.length)) return []
    if (waitedMs >= SILENCE_MS) return silent
    await pause(deps.clock, LOOK_MS, signal)
  }
}

const LAST_VOTER =
  'It is the only node that votes, and no other one is there that could take the registry over.'

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
    // A leader asks anew now and then who is active: the next look finds whoever answers. Once it is
    // offered, the lead is lost for a moment before the next one is known.
    for (let looks = chosen === undefined ? 9 : 0; looks < 10; looks++) {
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
