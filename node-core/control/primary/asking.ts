/** One question, to this node's own copy first, and to the committee where that knows no better. */
import type { Clock } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import type { Envoy } from './envoy.ts'
import { failure, isElsewhere, noQuorum } from './failures.ts'
import type { Follower } from './follower.ts'
import { ROUND_MS, TRY_MS } from './limits.ts'
import type { Question } from './messages.ts'
import { tryPatienceMs } from './patience.ts'
import type { ReplicaKeeper } from './replica-keeper.ts'
import { createTimeLimit, pause, within } from './time-limit.ts'

export interface AskingDeps {
  keeper: Pick<ReplicaKeeper, 'current' | 'settled' | 'trouble'>
  /** Another one in each era. */
  follower(): Pick<Follower, 'answer'>
  /** Whether one that feeds the copy here might lie: then its word is taken only where nobody else is. */
  mayLie: boolean
  envoy: Envoy
  clock: Clock
}

/** Goes on until somebody answers. Throws the answer's code, or the signal's reason. */
export type Ask = (question: Question, signal: AbortSignal) => Promise<Plain>

export function createAsking({ keeper, follower, mayLie, envoy, clock }: AskingDeps): Ask {
  async function here(
    question: Question,
    signal: AbortSignal,
  ): Promise<{ value: Plain } | { error: unknown }> {
    signal.throwIfAborted()
    const replica = keeper.current()
    if (!replica) return { error: undefined }
    const limit = limitFor(question, signal)
    try {
      return { value: await replica.answer(question, limit.signal) }
    } catch (error) {
      signal.throwIfAborted()
      if (isElsewhere(error)) return { error }
      throw error
    } finally {
      limit.end()
    }
  }

  /** A copy that is cut off from its leader must leave time for those who are not. */
  function limitFor(question: Question, signal: AbortSignal) {
    const isShort = question.kind === 'submit' || question.kind === 'query'
    if (!isShort || !envoy.hasOthers()) return { signal, end() {} }
    const ms = question.kind === 'submit' ? tryPatienceMs(question.batch.byteLength) : TRY_MS
    return createTimeLimit(clock, ms, noQuorum, signal)
  }

  /** What is wrong with the copy here is what a person can mend. */
  function whyNobody(error: unknown): unknown {
    const trouble = keeper.trouble()
    return trouble ? failure(trouble.code, trouble.message) : (error ?? noCommittee())
  }

  return async (question, signal) => {
    const opening = keeper.settled()
    await (opening && within(opening, signal))
    for (;;) {
      const own = await here(question, signal)
      if ('value' in own) return own.value
      const followed = mayLie ? undefined : await follower().answer(question, signal)
      if (followed !== undefined) return followed
      const there = await envoy.round(question, signal)
      if (there) return there.value
      const unproven = isStaleRead(question) && (await follower().answer(question, signal))
      if (unproven) return unproven
      // A copy that runs may yet find a leader; where nobody holds one, waiting helps nobody.
      const waits = envoy.hasOthers() || keeper.current()?.status().state === 'running'
      if (!waits) throw whyNobody(own.error)
      await pause(clock, ROUND_MS, signal)
    }
  }
}

function isStaleRead(question: Question): boolean {
  return question.kind === 'query' && question.stale
}

function noCommittee() {
  return failure('NO_PRIMARY', 'No committee keeps a registry in this network.')
}
