/** Asks the members of the committee: whoever answered last, the leader, the next one when one fails. */
import type { Plain } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { type Net, type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { Committee } from './committee.ts'
import { failure, isElsewhere } from './failures.ts'
import { ANSWER_BYTES_MAX, CHANGE_TIMEOUT_MS, TRY_MS } from './limits.ts'
import { encodeQuestion, PROTOCOL, parseAnswer, type Question } from './messages.ts'
import { tryPatienceMs } from './patience.ts'

export interface Envoy {
  /** Undefined where none of the members knew better. Throws an answer's code, or the signal's reason. */
  round(question: Question, signal: AbortSignal): Promise<{ value: Plain } | undefined>
  /** Whether there is anybody to ask. */
  hasOthers(): boolean
}

export interface EnvoyDeps {
  net: Pick<Net, 'self' | 'request' | 'peers'>
  committee(): Committee | undefined
}

export function createEnvoy(deps: EnvoyDeps): Envoy {
  const { net } = deps
  /** Who answered last: it is likely to answer again. */
  let lastGood: NodeId | undefined

  function candidates(): NodeId[] {
    const { voters = [], learners = [], leader } = deps.committee() ?? {}
    const reachable = new Set(net.peers())
    const rank = (node: NodeId): number =>
      (reachable.has(node) ? 0 : 4) + (node === lastGood ? 0 : node === leader ? 1 : 2)
    return [...voters, ...learners]
      .filter((node) => node !== net.self)
      .sort((left, right) => rank(left) - rank(right))
  }

  async function askOne(node: NodeId, question: Question, signal: AbortSignal): Promise<Plain> {
    const value = await askMember(net, node, question, signal)
    lastGood = node
    return value
  }

  return {
    hasOthers: () => candidates().length > 0,
    async round(question, signal) {
      const waiting = candidates()
      const asked = new Set<NodeId>()
      for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
        if (asked.has(node)) continue
        asked.add(node)
        try {
          return { value: await askOne(node, question, signal) }
        } catch (error) {
          signal.throwIfAborted()
          if (!isElsewhere(error) && !isNetError(error)) throw error
          if (lastGood === node) lastGood = undefined
          const leader = leaderIn(error)
          if (leader !== undefined && leader !== net.self) waiting.unshift(leader)
        }
      }
      return undefined
    },
  }
}

/** Throws the code of its answer, or that of the mesh. */
export async function askMember(
  net: Pick<Net, 'request'>,
  node: NodeId,
  question: Question,
  signal: AbortSignal,
): Promise<Plain> {
  const body = await net.request(node, PROTOCOL, encodeQuestion(question), {
    signal,
    timeoutMs: patienceMs(question),
    answerBytesMax: ANSWER_BYTES_MAX,
  })
  const answer = parseAnswer(body)
  if (!answer) throw failure('NOT_RUNNING', 'The member answered what cannot be read.')
  if (answer.ok) return answer.value
  const { code, message, details } = answer
  const plain = typeof details === 'object' && details !== null ? details : undefined
  throw new MyceliumError(code, message, plain && { details: plain })
}

function patienceMs(question: Question): number {
  switch (question.kind) {
    case 'submit':
      return tryPatienceMs(question.batch.byteLength)
    case 'query':
    case 'progress':
    case 'position':
    case 'links':
    case 'outcome':
      return TRY_MS
    case 'changes':
    case 'turn':
      return question.waitMs + TRY_MS
    case 'change':
      return CHANGE_TIMEOUT_MS + TRY_MS
  }
}

export function isNetError(error: unknown): boolean {
  return error instanceof MyceliumError && error.code.startsWith('NET_')
}

function leaderIn(error: unknown): NodeId | undefined {
  if (!(error instanceof MyceliumError) || error.code !== 'NOT_LEADER') return undefined
  const leader: unknown = error.details && Reflect.get(error.details, 'leader')
  return typeof leader === 'string' ? parseNodeId(leader) : undefined
}
