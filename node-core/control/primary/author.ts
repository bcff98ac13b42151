/**
 * This node as an author: its commands are numbered, sealed in batches with its key, and sent until
 * their outcome is known. Calls of the same time share a batch, and so a signature: what comes while
 * a batch is under way waits for its end, for a full batch or for a moment. Batches cost the committee
 * much more than commands do.
 */
import type { Clock } from '../../base/clock/index.ts'
import { encodedBytesMax, type Plain } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { nodeIdOf, ownerIdOf, type Signer } from '../../identity/index.ts'
import {
  answerBytesMax,
  BATCH_ANSWER_BYTES_MAX,
  type BatchReader,
  type Command,
} from '../registry/index.ts'
import { failure, noQuorum, notSent, unknownFate } from './failures.ts'
import { createGathering } from './gathering.ts'
import type { PrimaryCounts } from './index.ts'
import {
  BATCH_BYTES,
  BATCH_COMMANDS_MAX,
  BATCHES_UNDERWAY_MAX,
  COMMANDS_WAITING_BYTES,
  COMMANDS_WAITING_MAX,
  ROLE_LOOK_MS,
  ROUND_MS,
  WRITE_TIMEOUT_MS,
} from './limits.ts'
import { type BatchId, batchId } from './machine.ts'
import type { CommandOutcome } from './messages.ts'
import { writePatienceMs } from './patience.ts'
import { refusal } from './refusing.ts'
import { createTimeLimit, pause } from './time-limit.ts'

export interface Author {
  /** The command's value. Throws its refusal, NO_QUORUM, BUSY, TOO_LARGE. */
  execute(command: Command, signal?: AbortSignal): Promise<Plain>
  /**
   * Makes this node known to the registry, and anew where that has lost it: a new era may go on from a
   * copy without it. False where it is worth another try.
   */
  register(): Promise<boolean>
  counts(): Pick<PrimaryCounts, 'commands' | 'failures' | 'batches' | 'seconds' | 'waiting'>
  stop(): void
}

export interface AuthorDeps {
  batches: Pick<BatchReader, 'seal'>
  signer: Signer
  certificate(): Uint8Array
  /** What this node does for the network by its owner's choice; votes are given by admins. */
  role(): 'rhizomorph' | 'hypha'
  /** Whether the registry knows this node, by the copy here; undefined where there is none. */
  isKnown(): boolean | undefined
  /** Of this life (`nextIncarnation`). */
  incarnation: number
  /** Sends a batch of so many commands until it is answered. Throws the signal's reason. */
  deliver(sealed: Sealed, signal: AbortSignal): Promise<readonly CommandOutcome[]>
  /** How long a batch waits for its answer: as long as it may, or less where nobody is in reach. */
  patienceMs(usualMs: number): number
  /** Whether enough of the committee is in reach, as far as this node sees. */
  isInForce(): boolean
  clock: Clock
}

export interface Sealed {
  id: BatchId
  batch: Uint8Array
  commands: number
}

interface Life {
  incarnation: number
}

interface Waiting {
  command: Command
  sizeBytes: number
  /** Of its answer, at most: those of a batch have to fit into one, or it is lost and asked for again. */
  answerBytes: number
  sinceMs: number
  resolve(value: Plain): void
  reject(error: unknown): void
}

export function createAuthor(deps: AuthorDeps): Author {
  const { signer, clock } = deps
  const ids = { node: nodeIdOf(signer.publicKey), owner: ownerIdOf(signer.publicKey) }
  const underway = new Set<Life & { first: number }>()
  const gathering = createGathering()
  const stopping = new AbortController()
  let { incarnation } = deps
  const counts = { commands: 0, failures: 0, batches: 0, seconds: 0 }
  let next = 1
  let queue: Waiting[] = []
  let queuedBytes = 0
  let queuedAnswerBytes = 0
  let cancelGathering: (() => void) | undefined
  let registration: 'none' | 'underway' | 'done' = 'none'
  let registeredMs = 0
  /** A command was refused as of a node that nobody knows. */
  let isStranger = false
  let woken = false

  function seal(commands: readonly Command[]): Sealed & Life & { first: number } {
    const first = next
    const ofThisLife = [...underway].filter((one) => one.incarnation === incarnation)
    const settled = Math.min(first, ...ofThisLife.map((one) => one.first)) - 1
    const head = { incarnation, first, settled, timeMs: clock.wallMs() }
    const batch = deps.batches.seal(signer, head, commands)
    next += commands.length
    const id = batchId({ ids, incarnation, first })
    return { id, batch, commands: commands.length, first, incarnation }
  }

  async function send(commands: readonly Command[]): Promise<readonly CommandOutcome[]> {
    const sealed = seal(commands)
    const sealedMs = clock.monotonicMs()
    underway.add(sealed)
    const limitMs = deps.patienceMs(writePatienceMs(sealed.batch.byteLength))
    const late = (): Error => unknownFate(deps.isInForce())
    const limit = createTimeLimit(clock, limitMs, late, stopping.signal)
    try {
      const outcomes = await deps.deliver(sealed, limit.signal)
      counts.batches++
      counts.commands += outcomes.length
      counts.seconds += (clock.monotonicMs() - sealedMs) / 1_000
      for (const outcome of outcomes) lookAtLife(sealed, outcome)
      return outcomes
    } catch (error) {
      counts.failures += commands.length
      throw error
    } finally {
      limit.end()
      underway.delete(sealed)
    }
  }

  /** Numbers that are used or over belong to another life: the next command begins one above it. */
  function lookAtLife(of: Life, outcome: CommandOutcome): void {
    isStranger = !outcome.ok && outcome.code === 'UNKNOWN_AUTHOR'
    if (outcome.ok || outcome.code !== 'STALE' || of.incarnation !== incarnation) return
    incarnation = Math.max(incarnation, numberIn(outcome.details, 'incarnation') ?? 0) + 1
    next = 1
  }

  /** A key acts for its owner once the log knows both; the owner may only just have been let in. */
  async function register(): Promise<void> {
    const endMs = clock.monotonicMs() + WRITE_TIMEOUT_MS
    for (;;) {
      const body = { certificate: deps.certificate(), role: deps.role() }
      const [outcome] = await send([{ kind: 'node.register', body }])
      if (!outcome) throw noQuorum()
      if (outcome.ok) return
      const isForNow = outcome.code === 'UNKNOWN_AUTHOR' || outcome.code === 'STALE'
      if (!isForNow || clock.monotonicMs() > endMs) throw refusal(outcome)
      if (outcome.code === 'UNKNOWN_AUTHOR') await pause(clock, ROUND_MS, stopping.signal)
    }
  }

  function wake(): void {
    if (woken) return
    woken = true
    // Whoever calls in this same turn goes into the same batch.
    queueMicrotask(() => {
      woken = false
      pump()
    })
  }

  /** What was done just now the copy here need not show yet. */
  function isLost(): boolean {
    if (registration !== 'done' || clock.monotonicMs() - registeredMs < ROLE_LOOK_MS) return false
    return isStranger || deps.isKnown() === false
  }

  async function registerFirst(): Promise<void> {
    registration = 'underway'
    try {
      await register()
      registration = 'done'
      registeredMs = clock.monotonicMs()
      wake()
    } catch (error) {
      registration = 'none'
      refuseAll(error)
    }
  }

  function refuseAll(error: unknown): void {
    const all = queue
    queue = []
    queuedBytes = 0
    queuedAnswerBytes = 0
    for (const one of all) one.reject(error)
  }

  function pump(): void {
    if (registration === 'none' && deps.isKnown()) registration = 'done'
    if (registration !== 'done') {
      if (registration === 'none' && queue.length > 0) void registerFirst()
      return
    }
    cancelGathering?.()
    cancelGathering = undefined
    while (queue.length > 0 && underway.size < BATCHES_UNDERWAY_MAX) {
      const nowMs = clock.monotonicMs()
      const oldestSinceMs = queue[0]?.sinceMs ?? nowMs
      const waiting = { commands: queue.length, bytes: queuedBytes, answerBytes: queuedAnswerBytes }
      const since = { oldestSinceMs, underway: underway.size }
      const waitMs = gathering.waitMs({ ...waiting, ...since }, nowMs)
      if (waitMs > 0) {
        cancelGathering = clock.timer(waitMs, wake)
        return
      }
      const batch = take()
      if (batch.length > 0) void carry(batch).finally(wake)
    }
  }

  function take(): Waiting[] {
    const nowMs = clock.monotonicMs()
    const batch: Waiting[] = []
    let [bytes, answerBytes] = [0, 0]
    let at = 0
    for (; at < queue.length && batch.length < BATCH_COMMANDS_MAX; at++) {
      const one = queue[at]
      if (!one) break
      if (one.sinceMs + WRITE_TIMEOUT_MS < nowMs) {
        one.reject(notSent(deps.isInForce()))
        continue
      }
      const fits =
        bytes + one.sizeBytes <= BATCH_BYTES &&
        answerBytes + one.answerBytes <= BATCH_ANSWER_BYTES_MAX
      if (batch.length > 0 && !fits) break
      bytes += one.sizeBytes
      answerBytes += one.answerBytes
      batch.push(one)
    }
    for (const one of queue.slice(0, at)) {
      queuedBytes -= one.sizeBytes
      queuedAnswerBytes -= one.answerBytes
    }
    queue = queue.slice(at)
    return batch
  }

  async function carry(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await send(batch.map(({ command }) => command))
      gathering.answered(batch.length, queue.length, clock.monotonicMs())
      for (const [at, one] of batch.entries()) settle(one, outcomes[at])
    } catch (error) {
      for (const one of batch) one.reject(batchError(error))
    }
  }

  function settle(one: Waiting, outcome: CommandOutcome | undefined): void {
    if (outcome?.ok) {
      one.resolve(outcome.value)
      return
    }
    one.reject(outcome ? refusal(outcome, one.command) : noQuorum())
  }

  return {
    async register() {
      if (isLost()) registration = 'none'
      if (registration === 'none' && deps.isKnown()) registration = 'done'
      if (registration === 'none' && !stopping.signal.aborted) await registerFirst()
      return registration === 'done'
    },
    async execute(command, signal) {
      signal?.throwIfAborted()
      const sinceMs = clock.monotonicMs()
      const sizeBytes = encodedBytesMax([command.kind, command.body])
      const answerBytes = answerBytesMax(command)
      const isFull = queue.length >= COMMANDS_WAITING_MAX
      if (isFull || queuedBytes + sizeBytes > COMMANDS_WAITING_BYTES) {
        throw failure('BUSY', 'Too much is under way.')
      }
      return new Promise<Plain>((resolve, reject) => {
        queuedBytes += sizeBytes
        queuedAnswerBytes += answerBytes
        queue.push({ command, sizeBytes, answerBytes, sinceMs, resolve, reject })
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
        wake()
      })
    },
    counts: () => ({ ...counts, waiting: queue.length }),
    stop() {
      stopping.abort(failure('NOT_RUNNING', 'The node is stopping.'))
      cancelGathering?.()
      refuseAll(stopping.signal.reason)
    },
  }
}

function batchError(error: unknown): unknown {
  if (!(error instanceof MyceliumError) || error.code !== 'BATCH_TOO_LARGE') return error
  return failure('TOO_LARGE', 'The command is too large.')
}

function numberIn(details: Plain | undefined, name: string): number | undefined {
  const value = typeof details === 'object' && details !== null && Reflect.get(details, name)
  return typeof value === 'number' ? value : undefined
}
