/** Those that know where Raft would break if one of its rules were not kept. */
import type { Adversary } from '../engine-kind.ts'
import type { Sieve } from '../links.ts'
import type { Machine } from '../machine.ts'
import type { Stage } from '../stage.ts'
import { hear } from './messages.ts'

const ELECTION_MS = 4_000
const WHILE_MS = 1_500

/** Leaders are heard by nobody; everything else passes. */
const noLeaderIsHeard: Sieve = (_from, _to, message) => {
  const { kind } = hear(message)
  return kind === 'append' || kind === 'heartbeat' ? 'lost' : 'passes'
}

/**
 * Raft §5.2, and figure 2, persistent state: whoever has granted its vote dies at once, and is back
 * while requests of other candidates in the same term are still on their way.
 */
const diesOnceItHasVoted: Adversary = ({ world, enlist, until }) => {
  const { random, events, links, machines } = world
  if (!enlist(3)) return false
  const reborn = (voter: Machine): void => {
    voter.die(random.float() < 0.5 ? 'kill' : 'powerLoss')
    events.at(events.nowMs() + random.int(8), () => voter.start())
  }
  links.sieve = (from, to, message) => {
    const { kind } = hear(message)
    const voter = machines[from]
    if (kind === 'voteRequest') return random.int(500)
    if (kind === 'voteGranted' && voter) events.at(events.nowMs(), () => reborn(voter))
    return noLeaderIsHeard(from, to, message)
  }
  until(() => false, 3 * ELECTION_MS)
  return true
}

/**
 * Raft §5.4.2, figure 8: a leader keeps entries to itself and is deposed by another that keeps its
 * own to itself; the first comes back, and what it brings to a majority is of its old term; then the
 * second comes back, whose last entry is of a higher one.
 */
const leadsTwice: Adversary = (stage) => {
  const { world, until, part } = stage
  const { links, machines } = world
  const voters = stage.enlist(3)
  const first = stage.leader()
  if (!first || !voters?.includes(first)) return false
  const others = voters.filter((voter) => voter !== first)
  links.sieve = noLeaderIsHeard
  part([first], others)
  stage.burden(first, 8)
  const second = stage.leader(others)
  if (!second) return false
  const rest = others.filter((voter) => voter !== second)
  const secondTerm = second.life?.engine.status().term ?? 0
  part([second], [first, ...rest])
  links.sieve = (_from, to, message) => {
    const heard = hear(message)
    if (heard.kind !== 'append') return 'passes'
    const { prevLogIndex, term, termOfLast } = heard
    if (term <= secondTerm) return 'lost'
    // An entry of its new term may be refused, for what is before it, and not arrive.
    const holds = machines[to]?.life?.engine.status().last ?? 0
    return termOfLast === term && holds >= prevLogIndex ? 'lost' : 'passes'
  }
  const before = committed(first)
  until(() => leadsSince(first, secondTerm), ELECTION_MS)
  until(() => committed(first) > before, WHILE_MS)
  links.sieve = undefined
  part([first], [second, ...rest])
  until(() => committed(second) > before, ELECTION_MS)
  return true
}

/**
 * Raft figure 2, volatile state on leaders, reinitialised after election: a follower that acknowledged
 * much to a leader, none of which came to be, is away while that leader comes to lead again.
 */
const leadsAgainOverOneThatIsBehind: Adversary = (stage) => {
  const { world, until, part } = stage
  // Two must not be a majority, and the others must be one.
  const voters = stage.enlist(5)
  const first = stage.leader()
  if (!first || !voters?.includes(first)) return false
  const [behind, ...rest] = voters.filter((voter) => voter !== first)
  if (!behind) return false
  part([first, behind], rest)
  stage.burden(first, 12)
  world.advance(200)
  part(rest)
  const second = stage.leader(rest)
  if (!second) return false
  const agreed = committed(second)
  part([first, ...rest])
  until(() => committed(first) >= agreed && committed(second) > 0, WHILE_MS)
  world.advance(WHILE_MS)
  second.life?.transferLeader(first.id)
  if (!until(() => leadsSince(first, termOf(second) - 1), WHILE_MS)) return false
  part(voters)
  world.advance(WHILE_MS)
  return true
}

/**
 * Raft §6, joint consensus: the old voters do not hear that a change to others is committed, and elect
 * a leader of their own; the new ones are left alone with the leader that knows, or without.
 */
const partsTheHalvesOfAChange: Adversary = (stage) => {
  const { world, until, part } = stage
  const { machines, links, random } = world
  const leader = stage.leader()
  const old = stage.voters()
  const next = machines.filter((machine) => machine.life && !old.includes(machine))
  if (!leader || !old.includes(leader) || old.length < 3 || next.length < 2) return false
  const left = old.filter((voter) => voter !== leader)
  stage.ask(leader, { voters: next.map(({ id }) => id), learners: [] })
  const change = leader.life?.engine.status().last ?? 0
  // Nobody whom the leader leaves behind hears that it is committed.
  links.sieve = (from, to) => {
    const tells = machines[from] === leader && left.some(({ number }) => number === to)
    return tells && committed(leader) >= change ? 'lost' : 'passes'
  }
  if (!until(() => next.every((machine) => committed(machine) >= change), WHILE_MS)) return false
  const stays = random.float() < 0.5
  part(left, stays ? [leader, ...next] : next)
  stage.leader(left)
  world.advance(2 * WHILE_MS)
  part([...left, ...next])
  stage.leader()
  world.advance(WHILE_MS)
  return true
}

/** Raft §7: a snapshot that was long on its way comes to one that has gone on and compacted its log. */
const repeatsOldSnapshots: Adversary = (stage) => {
  const { world, part } = stage
  const { machines, links, events } = world
  const voters = stage.enlist(3)
  const leader = stage.leader()
  const behind = voters?.find((voter) => voter !== leader)
  if (!leader || !voters?.includes(leader) || !behind) return false
  const rest = voters.filter((voter) => voter !== behind)
  part(rest)
  stage.burden(leader, 8)
  world.advance(300)
  for (const machine of rest) machine.life?.compact()
  links.sieve = (from, to, message) => {
    const [sender, receiver] = [machines[from], machines[to]]
    if (sender && receiver && hear(message).kind === 'snapshotChunk') {
      events.at(events.nowMs() + WHILE_MS, () => receiver.receive(sender.id, message))
    }
    return 'passes'
  }
  part(voters)
  world.advance(WHILE_MS / 2)
  stage.burden(leader, 8)
  world.advance(300)
  behind.life?.compact()
  world.advance(WHILE_MS)
  return true
}

const committed = ({ life }: Machine): number => life?.engine.status().committed ?? 0
const termOf = ({ life }: Machine): number => life?.engine.status().term ?? 0
const leadsSince = (machine: Machine, term: number): boolean =>
  termOf(machine) > term && machine.life?.engine.status().leader === machine.id

export const RAFT_ADVERSARIES = {
  diesOnceItHasVoted,
  leadsTwice,
  leadsAgainOverOneThatIsBehind,
  partsTheHalvesOfAChange,
  repeatsOldSnapshots,
} satisfies Record<string, (stage: Stage) => boolean>
