/**
 * Members who put proposals to all, vote on them through their own computers, change their minds, copy
 * from others and tell what is not so. What each of them had in mind is kept here, apart from the
 * registry: its counts have to be those of the ballots, and each ballot somebody's own (docs/adr/0050).
 */
import { createMemoryLogger } from '../../node-core/base/log/index.ts'
import { createSeededRandom, pick, type Random } from '../../node-core/base/random/index.ts'
import {
  type Choice,
  type Command,
  phaseOf,
  RELEASE,
  type RegistryView,
} from '../../node-core/control/registry/index.ts'
import { createVoting, type Voting } from '../../node-core/control/voting/index.ts'
import { type Ballot, createCount } from './count.ts'
import type { Life, Machine } from './machine.ts'
import type { World } from './world.ts'

export interface Ballots {
  readonly failures: string[]
  start(): void
  stop(): void
  /** A computer that has just started, and tells what was voted on it. */
  watch(machine: Machine, life: Life): void
  /** Whether members can vote: all know how. Always, where they do not. */
  isReady(): boolean
  /** Proposals that have not ended, on any computer. */
  left(): string[]
  /** Once all is over: what is counted otherwise than was voted, on any computer. */
  judge(): string[]
}

/** The node's half of one life, and the vote that is under way there. */
interface Booth {
  voting: Voting
  drawnFor: Ballot | undefined
}

const PEOPLE = 3
const THINK_MS_MAX = 1_000
const PATIENCE_MS = 7_000
/** So that those that were made in the chaos are over soon after it. Milliseconds. */
const VOTE_MS = { least: 4_000, more: 8_000 }
const REVEAL_MS = { least: 2_000, more: 8_000 }
const OPEN_MAX = 2
const RECENT = 4
/** In which all proposals end once all is well. Milliseconds. */
export const PROPOSALS_END_WITHIN_MS = 60_000

export function createBallots(world: World): Ballots {
  const { random, clock } = world
  const count = createCount(world)
  const booths = new Map<Life, Booth>()
  let open = true
  let made = 0

  /** The code of its refusal, or `done`, or `no answer`. */
  async function answerOf(asked: Promise<unknown>): Promise<string> {
    const answer = asked.then(
      () => 'done',
      (error: { code: string }) => error.code,
    )
    return Promise.race([answer, world.sleep(PATIENCE_MS).then(() => 'no answer')])
  }

  async function make(machine: Machine): Promise<void> {
    const text = `Shall we ${made++}?`
    const voteMs = VOTE_MS.least + random.int(VOTE_MS.more)
    const revealMs = REVEAL_MS.least + random.int(REVEAL_MS.more)
    count.asked(text, { askedMs: clock.monotonicMs(), voteMs })
    const answer = await send(machine, {
      ...{ kind: 'proposal.make', body: { text, voteMs, revealMs } },
    })
    world.count(`proposal: ${answer}`)
  }

  async function vote(machine: Machine, booth: Booth, proposal: number): Promise<void> {
    const choice: Choice = random.int(4) === 0 ? 'no' : 'yes'
    const ballot = count.ballot(proposal, { owner: machine.owner, choice })
    booth.drawnFor = ballot
    // A life in which somebody still waits for an answer takes no other vote.
    const voted = booth.voting.vote(proposal, choice).finally(() => {
      booth.drawnFor = undefined
    })
    const answer = await answerOf(
      voted.then((own) => {
        ballot.isIn = own === 'committed'
        world.count(`ballot: ${own}`)
      }),
    )
    if (answer === 'OVER' || answer === 'NOT_ELIGIBLE' || answer === 'NOT_FOUND')
      ballot.isRefused = true
  }

  /** What somebody else has put in, as one's own. */
  async function copy(machine: Machine, view: RegistryView, proposal: number): Promise<void> {
    const others = view.votes(proposal).filter(([owner]) => owner !== machine.owner)
    const [, row] = pick(random, others) ?? []
    if (!row) return
    const { commitment } = row
    const ballot = count.ballot(proposal, { owner: machine.owner, copied: commitment })
    const answer = await send(machine, {
      ...{ kind: 'proposal.commit', body: { proposal, commitment } },
    })
    ballot.isIn = answer === 'done'
    world.count(`ballot: copied: ${answer}`)
  }

  /** Somebody's vote as one's own, one's own turned round, one that there never was, or one's own again. */
  async function tell(machine: Machine, proposal: number): Promise<void> {
    const mine = pick(random, count.known(proposal, machine.owner))
    const other = pick(
      random,
      count.known(proposal).filter(({ owner }) => owner !== machine.owner),
    )
    const turned: Choice = mine?.choice === 'yes' ? 'no' : 'yes'
    const tales = [
      { what: 'made up', nonce: random.bytes(32), choice: 'yes' },
      ...(other ? [{ what: 'stolen', nonce: other.nonce, choice: other.choice }] : []),
      ...(mine ? [{ what: 'turned', nonce: mine.nonce, choice: turned }] : []),
      ...(mine ? [{ what: 'again', nonce: mine.nonce, choice: mine.choice }] : []),
    ] as const
    const { what, nonce, choice } = pick(random, tales) ?? tales[0]
    const answer = await send(machine, {
      ...{ kind: 'proposal.reveal', body: { proposal, nonce, choice } },
    })
    world.count(`told ${what}: ${answer}`)
    if (what !== 'again' && answer === 'done')
      count.fail(`a vote on ${proposal} that was ${what} was taken`)
  }

  async function send(machine: Machine, command: Command): Promise<string> {
    const { life } = machine
    return life ? answerOf(life.primary.execute(command)) : 'no answer'
  }

  async function person(): Promise<void> {
    for (;;) {
      await world.sleep(random.int(THINK_MS_MAX))
      if (!open) return
      const machine = pick(random, world.running())
      const life = machine?.life
      const view = life?.primary.view()
      const booth = life && booths.get(life)
      if (!machine || !view || !booth) continue
      count.look(view)
      await act(machine, view, booth)
    }
  }

  async function act(machine: Machine, view: RegistryView, booth: Booth): Promise<void> {
    const motions = view.motions().filter(([, motion]) => phaseOf(motion) !== 'ended')
    const [proposal] = pick(random, motions) ?? []
    const kind = random.int(10)
    if (proposal === undefined || (kind < 2 && motions.length < OPEN_MAX)) return make(machine)
    if (kind < 7) return booth.drawnFor ? undefined : vote(machine, booth, proposal)
    if (kind < 8) return copy(machine, view, proposal)
    // Too early, in time, and when all is over.
    const [any] = pick(random, view.motions().slice(-RECENT)) ?? []
    return any === undefined ? undefined : tell(machine, any)
  }

  const views = (): RegistryView[] => world.honest.flatMap(({ life }) => life?.primary.view() ?? [])

  return {
    failures: count.failures,
    start() {
      if (!world.cast.votes) return
      for (let n = 0; n < PEOPLE; n++) void person()
    },
    stop() {
      open = false
    },
    watch(machine, life) {
      if (!world.cast.votes) return
      const drawn = createSeededRandom(random.int(2 ** 31))
      const booth: Booth = {
        drawnFor: undefined,
        voting: createVoting({
          ...{ primary: life.primary, owner: machine.owner, network: world.network },
          ...{ disk: life.disk, clock: life.clock, logger: createMemoryLogger(life.log) },
          random: keeping(drawn, (nonce) => {
            if (booth.drawnFor) booth.drawnFor.nonce = nonce
          }),
        }),
      }
      booths.set(life, booth)
      void booth.voting.start()
    },
    isReady: () => !world.cast.votes || views().every(({ version }) => version >= RELEASE.version),
    left() {
      const open = views().flatMap((view) =>
        view.motions().filter(([, motion]) => phaseOf(motion) !== 'ended'),
      )
      return [...new Set(open.map(([proposal]) => `proposal ${proposal} has not ended`))]
    },
    judge() {
      for (const view of views()) {
        count.look(view)
        count.judge(view)
      }
      return count.failures
    },
  }
}

/** The one thing that only the node knows, overheard. */
function keeping(random: Random, keep: (bytes: Uint8Array) => void): Random {
  return {
    ...random,
    bytes(length) {
      const bytes = random.bytes(length)
      keep(bytes)
      return bytes
    },
  }
}
