import { equalBytes } from '../../base/codec/index.ts'
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import { refusal, untilShown } from '../primary/index.ts'
import {
  type Choice,
  type Command,
  type Motion,
  phaseOf,
  REFUSAL_CODES,
  type RefusalCode,
  type RegistryView,
  voteCommitment,
} from '../registry/index.ts'
import type { OwnVote, Voting, VotingDeps } from './index.ts'
import { createKeptVotes, type KeptVote, type VoteSecret } from './kept-votes.ts'
import { REPLACED_KEPT_MAX, RETRY_MS, RETRY_MS_MAX } from './limits.ts'

const NONCE_BYTES = 32

export function createVoting(deps: VotingDeps): Voting {
  const { primary, owner, clock, random } = deps
  const logger = deps.logger.child('voting')
  const kept = createKeptVotes({ disk: deps.disk, logger })
  /** One at a time: a vote takes the place of another, here and in the registry. */
  let turn: Promise<unknown> = Promise.resolve()
  let looking = false
  let stopping = new AbortController()
  let unsubscribe = (): void => {}
  let cancelRetry: (() => void) | undefined
  let retryMs = RETRY_MS

  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const next = turn.then(act, act)
    turn = next.catch(() => {})
    return next
  }

  const entered = (view: RegistryView, { proposal, commitment }: KeptVote): boolean => {
    const vote = view.vote(proposal, owner)
    return vote !== undefined && equalBytes(vote.commitment, commitment)
  }

  /** Which of what was said here the registry has: what was to take its place may not have come there in time. */
  function standing(view: RegistryView, vote: KeptVote): VoteSecret | undefined {
    const stands = view.vote(vote.proposal, owner)?.commitment
    const said = [vote, ...vote.earlier]
    return stands && said.find(({ commitment }) => equalBytes(commitment, stands))
  }

  /** With what it takes to reveal them. */
  function earlierThan(proposal: number): VoteSecret[] {
    const last = kept.get(proposal)
    if (!last) return []
    const { choice, nonce, commitment, earlier } = last
    return [...earlier, { choice, nonce, commitment }].slice(-REPLACED_KEPT_MAX)
  }

  /** What this node has sent may come to stand long after nobody answered for it. */
  function before(view: RegistryView, proposal: number): Uint8Array[] {
    const earlier = kept.get(proposal)
    const { commitment } = view.vote(proposal, owner) ?? {}
    const all = [...(earlier ? [...earlier.before, earlier.commitment] : []), commitment]
    return all.flatMap((one) => one ?? []).slice(-REPLACED_KEPT_MAX)
  }

  /** While it waited here its owner has said something else on another computer, which is the later word. */
  function isOvertaken(view: RegistryView, { proposal, commitment, before }: KeptVote): boolean {
    const vote = view.vote(proposal, owner)
    const known = [...before, commitment]
    return vote !== undefined && !known.some((one) => equalBytes(one, vote.commitment))
  }

  function own(proposal: number): OwnVote {
    const view = primary.view()
    const motion = view?.motion(proposal)
    if (!view || !motion) return kept.get(proposal) ? 'kept' : 'none'
    const vote = view.vote(proposal, owner)
    const here = kept.get(proposal)
    if (vote?.choice !== undefined) return 'revealed'
    const phase = phaseOf(motion)
    if (phase === 'ended') return vote ? 'silent' : here ? 'missed' : 'none'
    if (here && entered(view, here)) return 'committed'
    // What was said before it stands, and is about to be revealed.
    if (here && phase === 'revealing' && standing(view, here)) return 'missed'
    if (here && !here.entered && phase === 'voting')
      return isOvertaken(view, here) ? 'elsewhere' : 'kept'
    if (vote) return 'elsewhere'
    // Its own copy may be behind what the registry has answered.
    return !here ? 'none' : phase === 'voting' ? 'committed' : 'missed'
  }

  /** The owner's word is here before it is anywhere else. */
  async function vote(proposal: number, choice: Choice): Promise<OwnVote> {
    const view = primary.view()
    if (!view) throw new MyceliumError('NOT_RUNNING', 'This computer has no copy of the registry.')
    const motion = view.motion(proposal)
    if (!motion) throw refused('NOT_FOUND', `There is no proposal ${proposal}.`)
    if (phaseOf(motion) !== 'voting') throw refused('OVER')
    if (!view.mayVote(proposal, owner)) throw refused('NOT_ELIGIBLE')
    const nonce = random.bytes(NONCE_BYTES)
    const said = { proposal, motion, owner, nonce, choice }
    const commitment = voteCommitment(deps.network, said)
    const earlier = kept.get(proposal)
    const now: KeptVote = {
      ...{ proposal, choice, nonce, commitment },
      ...{ entered: false, lost: false, before: before(view, proposal) },
      earlier: earlierThan(proposal),
    }
    await kept.put(now)
    try {
      await enter(now)
    } catch (error) {
      if (!isFinal(error)) {
        retry()
        return own(proposal)
      }
      // What was said before it stands.
      await (earlier ? kept.put(earlier) : kept.drop(proposal))
      throw error
    }
    await untilShown(primary, clock, () => entered(primary.view() ?? view, now))
    return own(proposal)
  }

  async function enter(vote: KeptVote): Promise<void> {
    const { proposal, commitment } = vote
    await execute({ kind: 'proposal.commit', body: { proposal, commitment } })
    await kept.put({ ...vote, entered: true, earlier: [] })
  }

  async function reveal(vote: KeptVote): Promise<void> {
    const { proposal } = vote
    const view = primary.view()
    const stands = view && standing(view, vote)
    if (!stands) return
    const { nonce, choice, commitment } = stands
    await execute({ kind: 'proposal.reveal', body: { proposal, nonce, choice } })
    if (equalBytes(commitment, vote.commitment)) logger.info('The vote is revealed.', { proposal })
    else logger.warn(EARLIER_COUNTS, { proposal })
    await kept.drop(proposal)
  }

  function execute(command: Command): Promise<unknown> {
    return primary.execute(command, { signal: stopping.signal })
  }

  /** A copy that is of an earlier life says nothing of what there is now. */
  function look(): void {
    const view = primary.view()
    if (looking || cancelRetry || !view || !primary.status().caughtUp) return
    const due = kept.all().filter((vote) => nextStep(view, vote) !== undefined)
    if (due.length === 0) return
    looking = true
    void inTurn(async () => {
      for (const vote of due) await takeStep(vote)
    }).finally(() => {
      looking = false
      look()
    })
  }

  /** Undefined where there is nothing to do now. */
  function nextStep(view: RegistryView, vote: KeptVote): Step | undefined {
    const motion = view.motion(vote.proposal)
    if (!motion || !isOn(motion, vote)) return 'drop'
    const choice = view.vote(vote.proposal, owner)?.choice
    switch (phaseOf(motion)) {
      case 'voting':
        if (entered(view, vote) || vote.entered) return undefined
        if (!isOvertaken(view, vote)) return 'enter'
        return vote.lost ? undefined : 'lose'
      case 'revealing': {
        const mine = standing(view, vote) !== undefined
        if (choice !== undefined) return mine ? 'drop' : undefined
        return mine ? 'reveal' : vote.lost ? undefined : 'lose'
      }
      case 'ended':
        if (choice !== undefined) return 'drop'
        return vote.lost ? undefined : 'lose'
    }
  }

  /** After a committee was overruled its number may mean something else. */
  function isOn(motion: Motion, { proposal, nonce, choice, commitment }: KeptVote): boolean {
    const said = { proposal, motion, owner, nonce, choice }
    return equalBytes(voteCommitment(deps.network, said), commitment)
  }

  async function takeStep(seen: KeptVote): Promise<void> {
    const view = primary.view()
    // Another may have taken its place while this one waited for its turn.
    const vote = kept.get(seen.proposal)
    const step = view && vote && !stopping.signal.aborted ? nextStep(view, vote) : undefined
    if (!vote || step === undefined) return
    try {
      await STEPS[step](vote)
      retryMs = RETRY_MS
    } catch (error) {
      if (stopping.signal.aborted) return
      if (!(error instanceof MyceliumError)) throw error
      logger.debug('A vote could not be brought on.', { proposal: vote.proposal, code: error.code })
      retry()
    }
  }

  const STEPS: Record<Step, (vote: KeptVote) => Promise<void>> = {
    enter,
    reveal,
    drop: ({ proposal }) => kept.drop(proposal),
    async lose(vote) {
      const { proposal } = vote
      logger.warn(LOST[own(proposal)] ?? LOST_ANYHOW, { proposal })
      await kept.put({ ...vote, lost: true })
    },
  }

  function retry(): void {
    if (stopping.signal.aborted) return
    cancelRetry ??= clock.timer(retryMs, () => {
      cancelRetry = undefined
      look()
    })
    retryMs = Math.min(retryMs * 2, RETRY_MS_MAX)
  }

  return {
    async start() {
      await kept.open()
      stopping = new AbortController()
      unsubscribe()
      unsubscribe = primary.subscribe(look)
      look()
    },
    async stop() {
      unsubscribe()
      unsubscribe = () => {}
      cancelRetry?.()
      cancelRetry = undefined
      stopping.abort(new MyceliumError('NOT_RUNNING', 'The node is stopping.'))
      await turn
    },
    vote: (proposal, choice) => inTurn(() => vote(proposal, choice)),
    mayVote(proposal) {
      const view = primary.view()
      const motion = view?.motion(proposal)
      if (!view || !motion) return false
      return phaseOf(motion) === 'voting' && view.mayVote(proposal, owner)
    },
    own,
  }
}

type Step = 'enter' | 'reveal' | 'drop' | 'lose'

/** Whatever happens, the registry will not take it. */
function isFinal(error: unknown): boolean {
  const codes: readonly string[] = REFUSAL_CODES
  return error instanceof MyceliumError && codes.includes(error.code) && !isCode(error, 'STALE')
}

function refused(code: RefusalCode, message?: string): MyceliumError {
  const error = refusal({ ok: false, code })
  return message === undefined ? error : new MyceliumError(code, message)
}

const LOST: Partial<Record<OwnVote, string>> = {
  missed: 'A vote counts for nothing: it did not get into the registry before the voting closed.',
  silent: 'A vote counts for nothing: it was not revealed in time.',
  elsewhere: 'A vote was replaced from another computer of its owner, which is to reveal it.',
}
const EARLIER_COUNTS =
  'A vote counts for nothing: it did not get into the registry before the voting closed. What its ' +
  'owner had voted before is revealed.'
const LOST_ANYHOW = 'A vote counts for nothing.'
