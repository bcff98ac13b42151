/** Probes on the wire: ping a member, or ask another to ping it. */
import type { Clock } from '../../base/clock/index.ts'
import { decode, encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { type Net, type NodeId, parseNodeId } from '../../base/net/index.ts'
import {
  INDIRECT_TIMEOUT_MS,
  PROBE_BYTES_MAX,
  PROBE_TIMEOUT_MS,
  PROBES_FOR_OTHERS_MAX,
} from './limits.ts'

export interface ProbeOutcome {
  reached: boolean
  helpersAsked: number
  helpersAnswered: number
}

export interface Prober {
  /** Serves the probes of others. Returns a function that ends it. */
  serve(): () => void
  /** Direct first, then through the helpers; timeouts grow with the doubt in ourselves. */
  probe(
    id: NodeId,
    helpers: readonly NodeId[],
    selfDoubt: number,
    signal: AbortSignal,
  ): Promise<ProbeOutcome>
  /** The last round trip, if it was reached directly. */
  latencyMs(id: NodeId): number | undefined
}

const PROTOCOL = 'probe/1'
const ACK = encode(['ack'])
const NACK = encode(['nack'])
const PING = encode(['ping'])

export function createProber(net: Net, clock: Clock, isMember: (id: NodeId) => boolean): Prober {
  const latencies = new Map<NodeId, number>()
  let forOthers = 0

  /** no: nobody is there. late: no answer in time. */
  async function ping(
    id: NodeId,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<'yes' | 'no' | 'late'> {
    const sentMs = clock.monotonicMs()
    const answer = await ask(id, PING, timeoutMs, signal)
    const tookMs = clock.monotonicMs() - sentMs
    if (answer === 'ack') latencies.set(id, Math.round(tookMs))
    return answer === 'ack' ? 'yes' : tookMs < timeoutMs ? 'no' : 'late'
  }

  /** Undefined for no answer, whatever the reason: to a detector they are all silence. */
  async function ask(id: NodeId, body: Uint8Array, timeoutMs: number, signal?: AbortSignal) {
    const options = { timeoutMs, answerBytesMax: PROBE_BYTES_MAX, ...(signal ? { signal } : {}) }
    try {
      return readWord(await net.request(id, PROTOCOL, body, options))
    } catch (error) {
      if (error instanceof MyceliumError || signal?.aborted) return undefined
      throw error
    }
  }

  async function answer(body: Uint8Array): Promise<Uint8Array> {
    if (readWord(body) === 'ping') return ACK
    const target = readTarget(body)
    if (!target || !isMember(target) || forOthers >= PROBES_FOR_OTHERS_MAX) {
      throw new MyceliumError('NET_REFUSED', 'Not a probe to be answered.')
    }
    forOthers++
    try {
      const wasPeer = net.peers().includes(target)
      const answered = await ping(target, PROBE_TIMEOUT_MS)
      if (answered === 'yes') return ACK
      // To whom no connection was there yet, and none could be made in time, this node can say nothing.
      if (answered === 'late' && !wasPeer) throw new MyceliumError('NET_REFUSED', 'Not known.')
      return NACK
    } finally {
      forOthers--
    }
  }

  return {
    latencyMs: (id) => latencies.get(id),
    serve: () => net.onRequest(PROTOCOL, answer, { requestBytesMax: PROBE_BYTES_MAX }),
    async probe(id, helpers, selfDoubt, signal) {
      const patience = 1 + selfDoubt
      const sinceMs = clock.monotonicMs()
      /** Whatever it has said since then, it lives: a busy machine answers late. */
      const spoke = (): boolean => (net.heardAtMs(id) ?? Number.NEGATIVE_INFINITY) > sinceMs
      const answered = await ping(id, PROBE_TIMEOUT_MS * patience, signal)
      if (answered === 'yes' || spoke()) {
        return { reached: true, helpersAsked: 0, helpersAnswered: 0 }
      }
      const question = encode(['ask', Buffer.from(id, 'hex')])
      const answers = await firstAck(
        helpers.map((helper) => ask(helper, question, INDIRECT_TIMEOUT_MS * patience, signal)),
      )
      return {
        reached: answers.includes('ack') || spoke(),
        helpersAsked: helpers.length,
        helpersAnswered: answers.filter((word) => word !== undefined).length,
      }
    },
  }
}

/** All answers, or those there are once one says that the node was reached. */
function firstAck(questions: Promise<string | undefined>[]): Promise<(string | undefined)[]> {
  const answers: (string | undefined)[] = []
  return new Promise((resolve, reject) => {
    if (questions.length === 0) resolve(answers)
    for (const question of questions) {
      question.then((word) => {
        answers.push(word)
        if (word === 'ack' || answers.length === questions.length) resolve(answers)
      }, reject)
    }
  })
}

function read(bytes: Uint8Array): readonly unknown[] {
  try {
    const value = decode(bytes, { bytesMax: PROBE_BYTES_MAX })
    return Array.isArray(value) ? value : []
  } catch (error) {
    if (error instanceof MyceliumError) return []
    throw error
  }
}

function readWord(bytes: Uint8Array): string | undefined {
  const [word] = read(bytes)
  return typeof word === 'string' ? word : undefined
}

function readTarget(bytes: Uint8Array): NodeId | undefined {
  const [word, target] = read(bytes)
  if (word !== 'ask' || !(target instanceof Uint8Array)) return undefined
  return parseNodeId(Buffer.from(target).toString('hex'))
}
