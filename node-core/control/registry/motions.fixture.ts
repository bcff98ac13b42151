/** A house whose members vote, for tests. */
import { assert } from '../../base/errors/index.ts'
import {
  type Choice,
  type Command,
  type Motion,
  phaseOf,
  RELEASE,
  voteCommitment,
} from './index.ts'
import {
  codeOf,
  createWorld,
  expectDone,
  type Machine,
  type Person,
  type World,
} from './registry.fixture.ts'

export const VOTE_MS = 60_000
export const REVEAL_MS = 30_000
type Change = { name: string; value: string }

export const make = (more: { text?: string; change?: Change } = {}): Command => ({
  kind: 'proposal.make',
  body: { text: 'Shall we?', voteMs: VOTE_MS, revealMs: REVEAL_MS, ...more },
})
export const nonceOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
export const commit = (commitment: Uint8Array, proposal = 1): Command => ({
  kind: 'proposal.commit',
  body: { proposal, commitment },
})
export const reveal = (choice: Choice, byte: number, proposal = 1): Command => ({
  kind: 'proposal.reveal',
  body: { proposal, nonce: nonceOf(byte), choice },
})

/** A founder and three members, three voters of the log, the newest rules. */
export function createHouse() {
  const world = createWorld({ seed: 50 })
  const [ann, bob, eve] = [world.member('use'), world.member('deploy'), world.member('use')]
  const voters = [1, 2, 3].map(() => world.machine(world.founder)) as [Machine, Machine, Machine]
  world.elect(...voters)
  raise(world, voters)
  const motion = (proposal = 1): Motion => {
    const row = world.registry.view.motion(proposal)
    assert(row, `There is no proposal ${proposal}.`)
    return row
  }
  const sealed = (by: Person, choice: Choice, byte: number, proposal = 1): Uint8Array =>
    voteCommitment(world.network.id, {
      ...{ proposal, motion: motion(proposal), owner: by.owner },
      ...{ nonce: nonceOf(byte), choice },
    })
  /** A voter's word, where it has one to say. */
  const tell = (voter: Machine, timeMs: number): void => {
    for (const body of world.registry.view.motionTimesToTell(voter.node, timeMs)) {
      expectDone(world.do(voter, { kind: 'proposal.time', body }, { timeMs }))
    }
  }
  const tellAll = (timeMs: number): void => {
    for (const voter of voters) tell(voter, timeMs)
  }
  /** Since its present phase began. */
  const pass = (ms: number, proposal = 1): void =>
    tellAll(Math.max(...motion(proposal).clocks.map(([, sinceMs]) => sinceMs)) + ms)
  return {
    ...{ ...world, ann, bob, eve, voters, motion, sealed },
    phase: (proposal = 1) => phaseOf(motion(proposal)),
    /** Made, and the voters have told their time. */
    open(command = make(), by: Person = world.founder) {
      const value = expectDone(world.do(by, command))
      tellAll(world.registry.view.timeMs)
      return value
    },
    vote: (by: Person, choice: Choice, byte: number, proposal = 1) =>
      codeOf(world.do(by, commit(sealed(by, choice, byte, proposal), proposal))),
    say: (by: Person, choice: Choice, byte: number, proposal = 1) =>
      codeOf(world.do(by, reveal(choice, byte, proposal))),
    ...{ tell, tellAll, pass },
    close(proposal = 1) {
      pass(VOTE_MS, proposal)
      tellAll(world.registry.view.timeMs)
    },
  }
}

export function raise(
  { do: act }: World,
  voters: readonly Machine[],
  version = RELEASE.version,
): void {
  for (const voter of voters) {
    expectDone(act(voter, { kind: 'version.support', body: { version } }))
  }
  const [first] = voters
  assert(first, 'Somebody has to vote.')
  expectDone(act(first, { kind: 'version.activate', body: { version } }))
}
