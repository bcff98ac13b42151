/** Applying one batch: the clock first, then each command once. */

import { type Author, authorOf } from './authors.ts'
import type { VerifiedBatch, VerifiedCommand } from './batch.ts'
import { endLeases } from './leases.ts'
import { BATCH_ANSWER_BYTES_MAX } from './limits.ts'
import { type Outcome, refuse } from './refusals.ts'
import type { Session } from './sessions.ts'
import type { State } from './state.ts'
import { WEIGHED_SINCE } from './weight.ts'

/** One outcome for each command, in order. */
export function applyBatch(state: State, batch: VerifiedBatch): Outcome[] {
  const author = authorOf(state, batch.ids)
  if (author === 'UNKNOWN_AUTHOR')
    return batch.commands.map((one) => runForStranger(state, batch, one))
  if (typeof author === 'string') return batch.commands.map(() => refuse(author))
  const { incarnation, first, settled } = batch
  // The author's name in the sessions is its key's, so that an owner's nodes count for themselves.
  const session = state.sessions.open(batch.ids.node, incarnation, state.index)
  if (!session) {
    const floor = state.sessions.floorOf(batch.ids.node)
    return batch.commands.map(() => refuse('STALE', { incarnation: floor }))
  }
  const fresh = batch.commands.filter((_, at) => isFresh(session, first + at)).length
  if (fresh > 0) moveClock(state, author, batch)
  const roomWasMade = state.version >= WEIGHED_SINCE
  if (roomWasMade && fresh > 0) session.makeRoom(settled, fresh)
  state.answerBytesLeft = BATCH_ANSWER_BYTES_MAX
  state.clock.begin(batch.timeMs, { passing: isPassing(state) })
  const outcomes = batch.commands.map((command, at) => {
    return applyOnce(session, first + at, () => run(state, batch, command))
  })
  session.close(settled, { roomWasMade })
  return outcomes
}

function isFresh(session: Session, at: number): boolean {
  return at > session.floor && session.result(at) === undefined
}

/** The version of the rules from which on a clock that is far behind counts by what passes on it. */
const PASSING_SINCE = 2
const isPassing = ({ version }: State): boolean => version >= PASSING_SINCE

/** A command that is sent again changes nothing, its time included. */
function moveClock(state: State, { node }: Author, { timeMs }: VerifiedBatch): void {
  const passing = isPassing(state)
  if (node !== undefined && state.clock.claim(node, timeMs, { passing })) endLeases(state)
}

function applyOnce(session: Session, at: number, act: () => Outcome): Outcome {
  const known = session.result(at)
  if (known) return known
  if (at <= session.floor) return refuse('STALE')
  const outcome = act()
  session.remember(at, outcome)
  return outcome
}

function run(state: State, { ids, incarnation }: VerifiedBatch, command: VerifiedCommand): Outcome {
  const refusal = whyNotRead(state, command)
  if (refusal) return refusal
  // Asked again for each command: the one before may have changed it.
  const author = authorOf(state, ids)
  if (typeof author === 'string') return refuse(author)
  return command.run?.({ state, ids, incarnation, author }) ?? refuse('MALFORMED')
}

/** Kinds that are not for strangers refuse an author that is none (`kind.ts`). */
function runForStranger(state: State, batch: VerifiedBatch, command: VerifiedCommand): Outcome {
  const { ids, incarnation } = batch
  const refusal = whyNotRead(state, command)
  if (refusal) return refusal
  return command.run?.({ state, ids, incarnation, author: undefined }) ?? refuse('MALFORMED')
}

/** The version first, so that releases that differ in what they can read refuse alike. */
function whyNotRead(state: State, command: VerifiedCommand): Outcome | undefined {
  if (command.since > state.version) return refuse('UNKNOWN_KIND')
  return command.run ? undefined : refuse('MALFORMED')
}
