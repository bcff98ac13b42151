/**
 * Anti-entropy with one peer after the other. Two nodes that agree exchange 16 bytes; two that do not
 * exchange digests, then deltas until neither has more. The pause between rounds grows while nothing
 * changes.
 */
import { type Clock, sleep } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId } from '../../base/net/index.ts'
import { pick, type Random } from '../../base/random/index.ts'
import type { CredentialShelf } from './credentials.ts'
import type { Intake } from './driver-intake.ts'
import { absorbDelta, compareDigest, deltaFor, digestOf, endAsking, rootOf } from './exchange.ts'
import {
  CREDENTIAL_SLICE,
  EXCHANGES_PER_ROUND_MAX,
  MESSAGE_BYTES_MAX,
  ROUND_EAGER_MS,
  ROUND_IDLE_FACTOR,
  ROUND_IDLE_MS_MAX,
  ROUND_TIMEOUT_MS,
  ROUNDS_AT_ONCE_MAX,
} from './limits.ts'
import {
  type Answer,
  type Delta,
  type Digest,
  encodeAnswer,
  encodeQuestion,
  parseAnswer,
  parseQuestion,
  type Question,
} from './messages.ts'
import type { SignedRecord } from './record.ts'
import type { StateMap } from './state-map.ts'

export interface Rounds {
  start(): void
  stop(): Promise<void>
  /** Something changed or is known to be missing: the next round comes soon, with `peer` if named. */
  hasten(peer?: NodeId): void
  /** One round with each of a few peers, now. */
  runWithSome(): Promise<void>
  /** A round has ended with equal maps since the start. */
  readonly ended: boolean
}

export interface RoundsDeps {
  net: Net
  map: StateMap
  credentials: CredentialShelf
  intake: Intake
  clock: Clock
  random: Random
  logger: Logger
  roundMs: number
  deltaBytesMax: number
  /** Called after records of a peer were taken in. */
  absorbed: (records: readonly SignedRecord[]) => void
  /** What a peer nobody had told us of says of itself: others may not have heard it either. */
  passOn: (records: readonly SignedRecord[]) => void
}

export const PROTOCOL = 'state/1'

export function createRounds(deps: RoundsDeps): Rounds {
  const { net, map, credentials, intake, clock, random, logger } = deps
  const busy = new Map<NodeId, Promise<void>>()
  const wanted = new Set<NodeId>()
  let stopped = new AbortController()
  let pauseMs = deps.roundMs
  let dueMs = 0
  let cancel = (): void => {}
  let running = false
  let ended = false
  let releases: (() => void)[] = []

  function arm(delayMs: number): void {
    cancel()
    if (!running) return
    // A tenth either way, so that nodes started together do not keep step.
    const jitteredMs = delayMs * (0.9 + 0.2 * random.float())
    dueMs = clock.monotonicMs() + jitteredMs
    cancel = clock.timer(jitteredMs, tick)
  }

  function tick(): void {
    const free = net.peers().filter((peer) => !busy.has(peer))
    const peer = pick(random, free)
    if (peer && busy.size < ROUNDS_AT_ONCE_MAX) begin(peer)
    pauseMs = Math.min(pauseMs * ROUND_IDLE_FACTOR, Math.max(ROUND_IDLE_MS_MAX, deps.roundMs))
    arm(pauseMs)
  }

  function begin(peer: NodeId): Promise<void> {
    const known = busy.get(peer)
    if (known) return known
    const work = round(peer)
      .catch((error: unknown) => {
        // A peer that is away or slow is everyday; the next round asks another.
        logger.debug('A round of anti-entropy failed.', { peer, error: messageOf(error) })
      })
      .finally(() => {
        busy.delete(peer)
        const [next] = wanted
        if (next === undefined || !running) return
        wanted.delete(next)
        void begin(next)
      })
    busy.set(peer, work)
    return work
  }

  async function round(peer: NodeId): Promise<void> {
    const answer = await ask(peer, { kind: 'root', root: rootOf(map) })
    if (answer.kind === 'delta') throw malformed()
    let digest = answer.kind === 'digest' ? answer.digest : undefined
    for (let turn = 0; digest && turn < EXCHANGES_PER_ROUND_MAX; turn++) {
      digest = await exchange(peer, digest)
    }
    ended = true
  }

  /** One delta each way. Returns the peer's digest when there is more and this got us further. */
  async function exchange(peer: NodeId, digest: Digest): Promise<Digest | undefined> {
    compareDigest(map, digest)
    const { delta, complete } = deltaFor(map, credentials, digest, deps.deltaBytesMax)
    const question = { digest: digestOf(map, credentials), delta }
    const answer = await ask(peer, { kind: 'exchange', ...question })
    if (answer.kind !== 'delta') throw malformed()
    const moved = await absorb(answer.delta, peer)
    if (!moved) endAsking(map, digest)
    const sent = !complete && delta.ranges.length > 0
    return answer.digest && (moved || sent) ? answer.digest : undefined
  }

  async function ask(peer: NodeId, question: Question): Promise<Answer> {
    const bytes = await net.request(peer, PROTOCOL, encodeQuestion(question), {
      signal: stopped.signal,
      timeoutMs: ROUND_TIMEOUT_MS,
      answerBytesMax: MESSAGE_BYTES_MAX,
    })
    const answer = parseAnswer(bytes)
    if (!answer) throw malformed()
    return answer
  }

  async function absorb(delta: Delta, peer: NodeId): Promise<boolean> {
    const release = credentials.hold()
    try {
      for (const [at, bytes] of delta.credentials.entries()) {
        credentials.add(bytes)
        if ((at + 1) % CREDENTIAL_SLICE === 0) await sleep(clock, 0)
      }
      const opened = await intake.openRanges(delta.ranges)
      if (!opened) throw malformed()
      const isNew = !map.streams.get(peer)
      const records = opened.flatMap((range) => range.records)
      const whole = opened.filter((range) => range.whole).map(({ range }) => range)
      const { moved } = absorbDelta(map, whole, records)
      if (records.length > 0) deps.absorbed(records)
      if (isNew) deps.passOn(records.filter(({ author }) => author === peer))
      // What one peer brought the others may lack as well.
      if (moved) comeWithin(Math.min(ROUND_EAGER_MS, deps.roundMs))
      return moved
    } finally {
      release()
    }
  }

  async function answer(body: Uint8Array, peer: NodeId): Promise<Uint8Array> {
    const question = parseQuestion(body)
    if (!question) throw malformed()
    if (question.kind === 'root') {
      const same = Buffer.compare(question.root, rootOf(map)) === 0
      return encodeAnswer(
        same ? { kind: 'same' } : { kind: 'digest', digest: digestOf(map, credentials) },
      )
    }
    compareDigest(map, question.digest)
    const { delta, complete } = deltaFor(map, credentials, question.digest, deps.deltaBytesMax)
    await absorb(question.delta, peer)
    // The asker's digest stays true of what it lacks, less this delta: it says when it has enough.
    const more = !complete || behind(question.digest)
    const digest = more ? { digest: digestOf(map, credentials) } : {}
    return encodeAnswer({ kind: 'delta', delta, ...digest })
  }

  /** Whether the asker's stream goes further than what its delta brought. */
  function behind(digest: Digest): boolean {
    return digest.authors.some(({ author, mark }) => {
      const here = map.streams.get(author)?.mark ?? [0, 0]
      return here[0] < mark[0] || (here[0] === mark[0] && here[1] < mark[1])
    })
  }

  function comeWithin(delayMs: number): void {
    pauseMs = deps.roundMs
    if (dueMs - clock.monotonicMs() > delayMs * 1.1) arm(delayMs)
  }

  function hasten(peer?: NodeId): void {
    if (!running) return
    comeWithin(deps.roundMs)
    if (peer === undefined || busy.has(peer)) return
    if (busy.size < ROUNDS_AT_ONCE_MAX) void begin(peer)
    else wanted.add(peer)
  }

  return {
    get ended() {
      return ended
    },
    start() {
      if (running) return
      running = true
      ended = false
      stopped = new AbortController()
      pauseMs = deps.roundMs
      releases = [
        net.onRequest(PROTOCOL, answer, { requestBytesMax: MESSAGE_BYTES_MAX }),
        net.onPeer((peer, change) => {
          if (change === 'up') hasten(peer)
        }),
      ]
      for (const peer of net.peers()) hasten(peer)
      arm(pauseMs)
    },
    async stop() {
      running = false
      cancel()
      for (const release of releases) release()
      releases = []
      wanted.clear()
      stopped.abort(new MyceliumError('NOT_RUNNING', 'The node is stopping.'))
      await Promise.all(busy.values())
    },
    hasten,
    async runWithSome() {
      await Promise.all(net.peers().slice(0, ROUNDS_AT_ONCE_MAX).map(begin))
    },
  }
}

function malformed(): MyceliumError {
  return new MyceliumError('NET_REFUSED', 'The peer does not keep to the protocol.')
}
