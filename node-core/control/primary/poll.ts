/**
 * Asks so many members at once that what is answered does not hang on one of them. Where nobody's
 * lies are reckoned with (Raft, or fewer than four voters) the envoy asks one after the other.
 */
import type { Plain } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { FoundedNetwork, Verify } from '../../identity/index.ts'
import { faultyVotersMax } from '../consensus/simplex/index.ts'
import { isVerified, openBatch } from '../registry/index.ts'
import { agreed, type Word } from './agreeing.ts'
import { askMember, createEnvoy, type Envoy, type EnvoyDeps, isNetError } from './envoy.ts'
import { isElsewhere } from './failures.ts'
import { batchId } from './machine.ts'
import type { Question } from './messages.ts'

export interface PollDeps extends EnvoyDeps {
  network: FoundedNetwork
  /** Default: the rule on signatures. */
  verify?: Verify | undefined
}

export function createPoll(deps: PollDeps): Envoy {
  const { net, network, verify } = deps
  const envoy = createEnvoy(deps)
  /** Another one is handed the batch, and left out, where a round came to nothing. */
  let turn = 0

  /**
   * Of 2f + 1 at least f + 1 are honest. Whoever is in reach first. Of changes all are asked: some of the
   * honest may have forgotten what others tell, and of 2f + 1 honest ones f + 1 do one or the other.
   */
  function jury({ kind }: Question, faulty: number): NodeId[] {
    const { voters = [] } = deps.committee() ?? {}
    const reachable = new Set(net.peers())
    const others = voters.filter((node) => node !== net.self)
    const turned = others.map((_, at) => others[(at + turn) % others.length] as NodeId)
    const [near, far] = [true, false].map((is) => turned.filter((one) => reachable.has(one) === is))
    return [...(near ?? []), ...(far ?? [])].slice(
      0,
      kind === 'changes' ? undefined : 2 * faulty + 1,
    )
  }

  /** A batch is handed to one; the others tell what became of it. */
  function questionsFor(question: Question, members: readonly NodeId[]): Question[] {
    if (question.kind !== 'submit') return members.map(() => question)
    const opened = openBatch(network, question.batch, { verify })
    if (!isVerified(opened)) return members.map(() => question)
    const outcome: Question = { kind: 'outcome', batch: batchId(opened) }
    return members.map((_, at) => (at === 0 ? question : outcome))
  }

  async function poll(
    question: Question,
    faulty: number,
    signal: AbortSignal,
  ): Promise<Word | undefined> {
    const members = jury(question, faulty)
    const questions = questionsFor(question, members)
    const enough = new AbortController()
    const limit = AbortSignal.any([signal, enough.signal])
    const words: Word[] = []
    const found = await new Promise<Word | undefined>((resolve) => {
      let left = members.length
      const heard = (word: Word | undefined): void => {
        left--
        if (word) words.push(word)
        const verdict = word && agreed(question, words, faulty + 1)
        if (verdict || left === 0) resolve(verdict)
      }
      for (const [at, node] of members.entries()) {
        ask(node, questions[at] ?? question, limit).then(heard, () => heard(undefined))
      }
      if (members.length === 0) resolve(undefined)
    })
    enough.abort()
    return found
  }

  async function ask(
    node: NodeId,
    question: Question,
    signal: AbortSignal,
  ): Promise<Word | undefined> {
    try {
      return { value: await askMember(net, node, question, signal) }
    } catch (error) {
      if (!(error instanceof MyceliumError) || isElsewhere(error) || isNetError(error)) {
        return undefined
      }
      return { refused: error.code, error }
    }
  }

  return {
    hasOthers: envoy.hasOthers,
    async round(question, signal): Promise<{ value: Plain } | undefined> {
      const faulty = faultyVotersMax(deps.committee()?.voters.length ?? 0)
      const isPolled = POLLED.some((kind) => kind === question.kind)
      if (faulty === 0 || !isPolled) return envoy.round(question, signal)
      const word = await poll(question, faulty, signal)
      signal.throwIfAborted()
      if (!word) turn++
      if (word && 'refused' in word) throw word.error
      return word
    },
  }
}

/** The others are hints, or each member's own view. */
const POLLED = ['submit', 'query', 'changes'] as const
