/**
 * Members, some of whom copy and lie, vote on proposals; the log's voters, who change, have clocks of which
 * fewer than half are wrong and jump; entries come again; replicas of the registry fall behind, and begin from a snapshot. A
 * model beside it says what each vote has to come to (docs/adr/0050).
 */
import { createHash } from 'node:crypto'
import { pick, type Random, shuffle } from '../../node-core/base/random/index.ts'
import {
  type Choice,
  type Command,
  createRegistry,
  phaseOf,
  RELEASE,
  type Registry,
  voteCommitment,
} from '../../node-core/control/registry/index.ts'
import {
  applyEntry,
  codeOf,
  createWorld,
  type Machine,
  type Person,
  START_MS,
  type World,
} from '../../node-core/control/registry/registry.fixture.ts'
import { type Mind, Model } from './model.ts'

export interface VotingRun {
  /** What broke, or undefined. */
  failure: string | undefined
  traceHash: string
  /** How often each thing happened. */
  counts: Record<string, number>
}

const STEPS = 250
const STEP_MS_MAX = 4_000
/** How far a clock that is right may be from another. */
const SKEW_MS = 500
/** By how much the others are wrong. */
const WRONG_MS = [-3_600_000, 3_600_000, 86_400_000 * 365]

interface Voter extends Machine {
  /** Its clock jumps about. */
  isWrong: boolean
  aheadMs: number
}

export function simulateVoting(seed: number): VotingRun {
  return new Voting(seed).run()
}

class Voting {
  readonly #world: World
  readonly #random: Random
  readonly #model = new Model()
  readonly #owners: Person[]
  readonly #voters: Voter[]
  readonly #closed = new Set<number>()
  readonly #judged = new Set<number>()
  /** What each said last, and what hides behind each of its commitments. */
  readonly #minds = new Map<string, Mind>()
  readonly #sealed = new Map<string, Mind>()
  readonly #trace = createHash('sha256')
  readonly #counts: Record<string, number> = {}
  #behind: Registry
  /** By a clock that is right. */
  #nowMs = START_MS
  #failure: string | undefined

  constructor(seed: number) {
    this.#world = createWorld({ seed, consensus: seed % 2 === 0 ? 'raft' : 'simplex' })
    const { random, member, machine, founder } = this.#world
    this.#random = random
    this.#owners = [founder, ...Array.from({ length: 2 + random.int(5) }, () => member('use'))]
    const count = pick(random, [1, 3, 4, 5]) ?? 1
    const wrong = Math.floor((count - 1) / 2)
    this.#voters = Array.from({ length: count }, (_, at) => {
      const aheadMs = at < wrong ? (pick(random, WRONG_MS) ?? 0) : random.int(SKEW_MS)
      return { ...machine(founder), isWrong: at < wrong, aheadMs }
    })
    this.#world.elect(...this.#voters)
    this.#raise()
    this.#behind = this.#emptyReplica()
  }

  get #view() {
    return this.#world.registry.view
  }

  run(): VotingRun {
    for (let step = 0; step < STEPS && !this.#failure; step++) this.#step()
    this.#finish()
    this.#trace.update(this.#world.registry.hash())
    return {
      failure: this.#failure,
      traceHash: this.#trace.digest('hex'),
      counts: this.#counts,
    }
  }

  #step(): void {
    this.#pass(this.#random.int(STEP_MS_MAX))
    this.#judge()
    const roll = this.#random.int(100)
    if (roll < 6) this.#make()
    else if (roll < 34) this.#vote()
    else if (roll < 44) this.#copy()
    else if (roll < 74) this.#reveal()
    else if (roll < 84) this.#lie()
    else if (roll < 92) this.#again()
    else if (roll < 93) this.#remove()
    else if (roll < 96) this.#catchUp()
    else if (roll < 98) this.#elect()
    else this.#restore()
    this.#judge()
  }

  /** Voters look once a step, and say their time where it is wanted. */
  #pass(ms: number): void {
    this.#nowMs += ms
    const wrong =
      this.#random.int(20) === 0 ? this.#voters.find(({ isWrong }) => isWrong) : undefined
    if (wrong) wrong.aheadMs = pick(this.#random, WRONG_MS) ?? 0
    for (const voter of this.#voters) {
      const timeMs = this.#nowMs + voter.aheadMs
      if (this.#random.int(4) === 0) continue
      for (const body of this.#view.motionTimesToTell(voter.node, timeMs)) {
        this.#do('time', voter, { kind: 'proposal.time', body }, timeMs)
      }
    }
  }

  #make(): void {
    const by = pick(this.#random, this.#owners)
    if (!by) return
    const [voteMs, revealMs] = [
      20_000 + this.#random.int(40_000),
      10_000 + this.#random.int(60_000),
    ]
    const change =
      by === this.#world.founder ? { name: 'relay', value: `${this.#nowMs}` } : undefined
    const body = { text: 'Shall we?', voteMs, revealMs, ...(change && { change }) }
    const before = new Set(this.#view.motions().map(([proposal]) => proposal))
    this.#do('make', by, { kind: 'proposal.make', body })
    const made = this.#view.motions().find(([proposal]) => !before.has(proposal))
    if (!made) return
    const electors = this.#owners.map(({ owner }) => owner)
    this.#model.questions.set(made[0], {
      ...{ madeMs: this.#nowMs, voteMs, isTold: false, votes: new Map(), change },
      electors: new Set(electors.filter((owner) => !this.#model.removed.has(owner))),
    })
  }

  #vote(): void {
    const [proposal, by] = [this.#someProposal(), pick(this.#random, this.#owners)]
    const motion = proposal === undefined ? undefined : this.#view.motion(proposal)
    if (proposal === undefined || !by || !motion) return
    const mind: Mind = {
      nonce: this.#random.bytes(32),
      choice: this.#random.int(3) === 0 ? 'no' : 'yes',
    }
    const said = { proposal, motion, owner: by.owner, ...mind }
    const commitment = voteCommitment(this.#world.network.id, said)
    const code = this.#do('vote', by, { kind: 'proposal.commit', body: { proposal, commitment } })
    if (code !== 'done') return
    this.#minds.set(`${proposal}/${by.owner}`, mind)
    this.#sealed.set(`${by.owner}/${Buffer.from(commitment).toString('hex')}`, mind)
    this.#check(this.#model.commit(proposal, by.owner, mind))
  }

  /** Of what everybody can read in the registry. */
  #copy(): void {
    const [proposal, by] = [this.#someProposal(), pick(this.#random, this.#owners)]
    if (proposal === undefined || !by) return
    const [, vote] = pick(this.#random, this.#others(proposal, by)) ?? []
    if (!vote) return
    const { commitment } = vote
    const code = this.#do('copy', by, { kind: 'proposal.commit', body: { proposal, commitment } })
    // Somebody may have copied what it had said itself.
    const own = this.#sealed.get(`${by.owner}/${Buffer.from(commitment).toString('hex')}`)
    if (own) this.#minds.set(`${proposal}/${by.owner}`, own)
    if (code === 'done') this.#check(this.#model.commit(proposal, by.owner, own))
  }

  #reveal(): void {
    const [proposal, by] = [this.#someProposal(), pick(this.#random, this.#owners)]
    const mind = by && proposal && this.#minds.get(`${proposal}/${by.owner}`)
    if (mind && proposal) this.#tell('reveal', by, proposal, mind)
  }

  /** Its own vote as another one, or what somebody else has told as its own. */
  #lie(): void {
    const [proposal, by] = [this.#someProposal(), pick(this.#random, this.#owners)]
    if (proposal === undefined || !by) return
    const own = this.#minds.get(`${proposal}/${by.owner}`)
    const turned: Choice = own?.choice === 'yes' ? 'no' : 'yes'
    if (own && this.#random.int(2) === 0) {
      this.#tell('turn', by, proposal, { ...own, choice: turned })
      return
    }
    const told = this.#others(proposal, by).filter(([, { choice }]) => choice !== undefined)
    const [owner] = pick(this.#random, told) ?? []
    const theirs = owner && this.#minds.get(`${proposal}/${owner}`)
    if (theirs) this.#tell('steal', by, proposal, theirs)
  }

  #tell(what: string, by: Person, proposal: number, { nonce, choice }: Mind): void {
    const already = this.#view.vote(proposal, by.owner)?.choice
    const body = { proposal, nonce, choice }
    const code = this.#do(what, by, { kind: 'proposal.reveal', body })
    if (code !== 'done' || already === choice) return
    this.#check(this.#model.reveal(proposal, by.owner, { nonce, choice }))
  }

  /** Whoever kept an entry hands it in once more. */
  #again(): void {
    const { log, commit } = this.#world
    const entry = pick(this.#random, log)
    if (!entry || entry.voters) return
    const before = this.#standing()
    commit([...entry.batches])
    this.#count('again')
    if (this.#standing() !== before) this.#check('an entry that came again changed something')
  }

  #remove(): void {
    const [, ...members] = this.#owners
    const someone = pick(this.#random, members)
    if (!someone || this.#model.removed.has(someone.owner)) return
    const body = { owner: someone.owner }
    const code = this.#do('remove', this.#world.founder, { kind: 'member.remove', body })
    if (code === 'done') this.#model.removed.add(someone.owner)
  }

  /** Others vote on the log from now on; fewer than half of them have wrong clocks, as before. */
  #elect(): void {
    const [right, wrong] = [false, true].map((isWrong) => {
      return shuffle(
        this.#random,
        this.#voters.filter((voter) => voter.isWrong === isWrong),
      )
    })
    const taken = right?.slice(0, 1 + this.#random.int(right.length)) ?? []
    const bad = wrong?.slice(0, this.#random.int(taken.length)) ?? []
    this.#world.elect(...taken, ...bad)
    this.#count('elected')
  }

  #catchUp(): void {
    const { log, network } = this.#world
    for (let at = this.#behind.index; at < log.length; at++) {
      const entry = log[at]
      if (entry) applyEntry(this.#behind, network, at + 1, entry)
    }
    this.#count('caught up')
    if (this.#behind.hash() !== this.#world.registry.hash()) this.#check('two replicas differ')
  }

  #restore(): void {
    this.#behind = this.#emptyReplica()
    this.#behind.restore(this.#world.registry.snapshot())
    this.#count('restored')
    if (this.#behind.hash() !== this.#world.registry.hash()) this.#check('a snapshot differs')
  }

  /** What has ended came to what it had to, and nothing closed before its time. */
  #judge(): void {
    for (const [proposal, motion] of this.#view.motions()) {
      const question = this.#model.questions.get(proposal)
      if (!question) continue
      const phase = phaseOf(motion)
      const openMs = this.#nowMs - question.madeMs
      if (phase !== 'voting' && !this.#closed.has(proposal) && openMs < question.voteMs) {
        this.#check(`proposal ${proposal} was open for ${openMs} ms of ${question.voteMs}`)
      }
      if (phase !== 'voting') this.#closed.add(proposal)
      if (motion.ended) this.#judgeEnded(proposal)
    }
  }

  #judgeEnded(proposal: number): void {
    const ended = this.#view.motion(proposal)?.ended
    if (!ended || this.#judged.has(proposal)) return
    this.#judged.add(proposal)
    const { passed, yes, no, silent } = this.#model.result(proposal)
    this.#count(passed ? 'passed' : 'rejected')
    const isRight =
      ended.passed === passed && ended.yes === yes && ended.no === no && ended.silent === silent
    if (!isRight) this.#check(`proposal ${proposal} came to ${JSON.stringify(ended)}`)
    const change = this.#model.questions.get(proposal)?.change
    const isSet = change !== undefined && this.#view.setting('relay')?.value === change.value
    if (change && isSet !== passed) this.#check(`the setting of proposal ${proposal} is wrong`)
  }

  /** Nothing is left hanging: with voters that say their time everything ends. */
  #finish(): void {
    for (let left = 0; left < 120 && !this.#failure; left++) {
      this.#pass(2_000)
      this.#judge()
    }
    const open = this.#view.motions().filter(([, { ended }]) => !ended)
    if (open.length > 0 && !this.#failure) this.#check(`${open.length} proposals never end`)
    if (!this.#failure) this.#catchUp()
  }

  #do(what: string, by: { key: Person['key'] }, command: Command, timeMs = this.#nowMs): string {
    const code = codeOf(this.#world.do(by, command, { timeMs }))
    this.#count(`${what}: ${code}`)
    this.#trace.update(`${what} ${code} ${this.#view.timeMs}\n`)
    return code
  }

  #someProposal(): number | undefined {
    const open = this.#view.motions().slice(-4)
    return pick(this.#random, open)?.[0]
  }

  #others(proposal: number, by: Person) {
    return this.#view.votes(proposal).filter(([owner]) => owner !== by.owner)
  }

  #standing(): string {
    const motions = this.#view.motions()
    const votes = motions.map(([proposal]) => this.#view.votes(proposal))
    return JSON.stringify([motions, votes, this.#view.setting('relay') ?? null])
  }

  #check(failure: string | undefined): void {
    this.#failure ??= failure
  }

  #count(what: string): void {
    this.#counts[what] = (this.#counts[what] ?? 0) + 1
  }

  #emptyReplica(): Registry {
    return createRegistry({ network: this.#world.network, voters: [] })
  }

  #raise(): void {
    const { version } = RELEASE
    const body = { version }
    for (const voter of this.#voters) {
      this.#world.do(voter, { kind: 'version.support', body })
    }
    const [first] = this.#voters
    if (first) this.#world.do(first, { kind: 'version.activate', body })
  }
}
