/** The shell around the core: requests, time, and the copy that the entries go to. */
import { inTurns } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { CommittedEntry, LogIndex } from '../consensus/index.ts'
import { type Confirming, createConfirming } from './confirming.ts'
import { createFollowCore } from './core.ts'
import type { AskId, Effect, Facts, Token } from './effects.ts'
import type { FollowDeps, Following, FollowStatus, LogCopy } from './index.ts'
import {
  ANSWER_BYTES_MAX,
  APPLY_TURN_MS,
  CONFIRM_TIMEOUT_MS,
  HASHES_MAX,
  LOOK_MS,
  LOOK_TIMEOUT_MS,
  QUESTION_BYTES_MAX,
  SILENT_MS,
  TIMER_MS_MIN,
} from './limits.ts'
import {
  type Answer,
  encodeAnswer,
  encodeQuestion,
  PROTOCOL,
  parseAnswer,
  parseQuestion,
  type Question,
} from './messages.ts'
import { withDigest } from './offers.ts'
import { openWord, sealWord, type Word } from './words.ts'

/** The version of the registry's rules from which on a word names its log. */
const LOG_NAMED_SINCE = 7

export function createFollowing(deps: FollowDeps): Following {
  const { net, clock } = deps
  const logger = deps.logger.child('follow')
  const protocol = deps.protocol ?? PROTOCOL
  const core = createFollowCore({
    ...{ self: net.self, random: deps.random, isHub: deps.isHub },
    hashAt: (index) => hashes.get(index),
    sign: (index) => {
      const word = { index, hash: copy?.hash() ?? '', log: copy && namedBy(copy) }
      return sealWord(deps.signer, deps.network, word)
    },
  })
  const asks = new Map<AskId, AbortController>()
  const answers = new Map<Token, (answer: Answer) => void>()
  /** Applied, and not yet told to the core: what one turn applied is told together. */
  let moved: CommittedEntry[] = []
  /** Of the latest states of a member whose word alone does not count. */
  const hashes = new Map<LogIndex, string>()
  let stopping = new AbortController()
  let copy: LogCopy | undefined
  let forgetCopy = (): void => {}
  let failure: FollowStatus['failure']
  let tokens = 0
  let running = false
  /** Into which a snapshot is put that was brought by somebody who may be anybody. */
  let brought: LogCopy | undefined
  let releases: (() => void)[] = []
  let cancelTick = (): void => {}
  let cancelLook = (): void => {}

  function run(step: (nowMs: number) => void): void {
    if (!running) return
    const nowMs = clock.monotonicMs()
    if (moved.length > 0) {
      const entries = moved
      moved = []
      core.moved(nowMs, entries)
    }
    step(nowMs)
    for (let effects = core.take(); effects.length > 0; effects = core.take()) {
      for (const effect of effects) perform(effect)
    }
    arm()
  }

  function arm(): void {
    cancelTick()
    const dueMs = core.dueMs()
    if (dueMs === undefined || !running) return
    const waitMs = Math.max(TIMER_MS_MIN, dueMs - clock.monotonicMs())
    cancelTick = clock.timer(waitMs, () => run((nowMs) => core.tick(nowMs)))
  }

  function perform(effect: Effect): void {
    switch (effect.kind) {
      case 'ask':
        void ask(effect.ask, effect.to, effect.question, effect.timeoutMs)
        break
      case 'forget':
        asks.get(effect.ask)?.abort(new MyceliumError('NET_TIMEOUT', 'Nobody waits for it.'))
        asks.delete(effect.ask)
        break
      case 'answer':
        answers.get(effect.token)?.(effect.answer)
        answers.delete(effect.token)
        break
      case 'apply':
        void apply(effect.entries, effect.word)
        break
      case 'restore':
        void restore(effect.state)
        break
      case 'capture':
        capture()
        break
    }
  }

  async function ask(id: AskId, to: NodeId, question: Question, timeoutMs: number): Promise<void> {
    const controller = new AbortController()
    asks.set(id, controller)
    const answer = await put(to, question, timeoutMs, controller.signal)
    asks.delete(id)
    if (!controller.signal.aborted) run((nowMs) => core.answered(nowMs, id, answer))
  }

  async function put(
    to: NodeId,
    question: Question,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Answer | undefined> {
    try {
      const options = { timeoutMs, answerBytesMax: ANSWER_BYTES_MAX, ...(signal && { signal }) }
      return parseAnswer(await net.request(to, protocol, encodeQuestion(question), options))
    } catch (error) {
      // Somebody else is asked. What was called off is nobody's news.
      if (!signal?.aborted) logger.debug('A node did not answer.', { to, error: messageOf(error) })
      return undefined
    }
  }

  function answer(body: Uint8Array, peer: NodeId): Promise<Uint8Array> {
    const question = parseQuestion(body)
    if (!question || !deps.mayAsk(peer)) {
      throw new MyceliumError('NET_REFUSED', 'The question is none, or not for this node to ask.')
    }
    return new Promise((resolve) => {
      const token = ++tokens as Token
      answers.set(token, (given) => resolve(encodeAnswer(given)))
      run((nowMs) => core.asked(nowMs, token, peer, question))
    })
  }

  /** A long way behind must not keep this thread from serving the window. */
  async function apply(entries: readonly CommittedEntry[], said: Uint8Array | null): Promise<void> {
    const into = copy
    if (into && !(await confirming().entries(into.index, entries))) return refuse(into)
    const word = said && openWord(deps.network, said)
    const isHeard = word && deps.isMember(word.author)
    if (isHeard && !compare(word, said)) return
    let begunMs = clock.monotonicMs()
    for (const entry of entries) {
      if (!running || copy !== into) return
      try {
        into?.apply(entry)
      } catch (error) {
        return fail(error)
      }
      if (isHeard && !compare(word, said)) return
      if (clock.monotonicMs() - begunMs < APPLY_TURN_MS) continue
      await new Promise<void>((resolve) => clock.timer(0, resolve))
      begunMs = clock.monotonicMs()
    }
  }

  function confirming(): Confirming {
    return createConfirming({
      ...{ clock, random: deps.random, vouchers: deps.vouchers, signal: stopping.signal },
      ask: (node, question) => put(node, question, CONFIRM_TIMEOUT_MS, stopping.signal),
    })
  }

  /** What was brought is not what the committee has, or nobody says so. */
  function refuse(into: LogCopy): void {
    if (!running || copy !== into) return
    logger.warn('What was brought is not confirmed, and was not taken.', {
      ...{ parent: core.status().parent, height: into.index },
    })
    run((nowMs) => core.refused(nowMs))
  }

  /** A snapshot is shown once it is confirmed; one that is not makes no copy. */
  async function confirmState(of: LogCopy): Promise<void> {
    const { index } = of
    const isSame = await confirming().state(index, of.hash())
    if (!running || copy !== of) return
    if (isSame) return run((nowMs) => core.vouched(nowMs, index, undefined))
    refuse(of)
    deps.spoilt()
    look()
  }

  function remember(of: LogCopy): void {
    if (deps.vouchers().needed === 0) return
    hashes.set(of.index, of.hash())
    const [oldest] = hashes.keys()
    if (hashes.size > HASHES_MAX && oldest !== undefined) hashes.delete(oldest)
  }

  /** What words about a copy as it is now name: nothing in the first era, or before all know how. */
  function namedBy({ rules }: LogCopy): string | undefined {
    return rules >= LOG_NAMED_SINCE && deps.log ? deps.log : undefined
  }

  /** False where what is held is not what a member has signed of this log. */
  function compare({ author, index, hash, log }: Word, said: Uint8Array): boolean {
    if (copy?.index !== index || log !== namedBy(copy)) return true
    if (copy.hash() === hash) {
      run((nowMs) => core.vouched(nowMs, index, said))
      return true
    }
    logger.error('The copy is not what a member of the committee says, and is thrown away.', {
      ...{ author, index, parent: core.status().parent },
    })
    run((nowMs) => core.refused(nowMs))
    deps.spoilt()
    look()
    return false
  }

  async function restore(state: Uint8Array): Promise<void> {
    const into = copy
    if (!into) return
    brought = into
    try {
      await inTurns(clock, whileItCounts(into, into.restoreSteps(state)))
      if (running && copy === into && deps.vouchers().needed > 0) void confirmState(into)
    } catch (error) {
      if (isOvertaken(error)) fail(error)
      else {
        logger.warn('A snapshot is none and was thrown away.', { error: messageOf(error) })
        run((nowMs) => core.refused(nowMs))
      }
    } finally {
      brought = undefined
    }
  }

  /** Another copy may take its place meanwhile. */
  function* whileItCounts(into: LogCopy, steps: Iterable<void>): Generator<void, void> {
    for (const _ of steps) {
      if (!running || copy !== into) return
      yield
    }
  }

  function capture(): void {
    if (!copy) return
    const { index } = copy
    inTurns(clock, withDigest(copy.snapshotSteps())).then(
      ({ state, digest }) => running && run((nowMs) => core.captured(nowMs, index, state, digest)),
      fail,
    )
  }

  /** What was applied stays readable; nothing more is. */
  function fail(error: unknown): void {
    const code = error instanceof MyceliumError ? error.code : 'REPLICA_FAILED'
    failure = { code, message: messageOf(error) }
    logger.error('This node cannot follow the registry.', { ...failure })
    look()
  }

  function watch(next: LogCopy): void {
    forgetCopy()
    copy = next
    moved = []
    hashes.clear()
    remember(next)
    forgetCopy = next.onMoved((entry) => {
      remember(next)
      if (entry) {
        if (moved.push(entry) === 1) queueMicrotask(() => run(() => {}))
        return
      }
      moved = []
      const isProven = brought !== next
      run((nowMs) => core.replaced(nowMs, next.index, isProven))
    })
  }

  function look(): void {
    if (!running) return
    const next = deps.copy()
    const facts: Facts = failure ? { ...deps.facts(), standing: 'idle' } : deps.facts()
    run((nowMs) => {
      if (next !== copy) {
        // Whom it served by the other copy finds itself another parent.
        core.know(nowMs, { ...facts, standing: 'idle' })
        watch(next)
        core.replaced(nowMs, next.index, true)
      }
      core.know(nowMs, facts)
    })
  }

  function lookAtParent(): void {
    cancelLook = clock.timer(LOOK_MS, lookAtParent)
    look()
    const { parent } = core.status()
    if (parent === undefined) return
    const heardMs = net.heardAtMs(parent) ?? Number.NEGATIVE_INFINITY
    if (clock.monotonicMs() - heardMs >= SILENT_MS) run((nowMs) => core.silent(nowMs))
  }

  return {
    look,
    status: () => ({ ...core.status(), failure }),
    latest: () => [...core.latest(), ...moved],
    async heightOf(node, signal): Promise<LogIndex | undefined> {
      const said = await put(node, { kind: 'look' }, LOOK_TIMEOUT_MS, signal)
      return said?.kind === 'here' ? said.height : undefined
    },
    async start() {
      if (running) return
      running = true
      stopping = new AbortController()
      releases = [
        net.onRequest(protocol, answer, { requestBytesMax: QUESTION_BYTES_MAX }),
        net.onPeer((peer, change) => {
          if (change === 'down') run((nowMs) => core.down(nowMs, peer))
        }),
      ]
      cancelLook = clock.timer(LOOK_MS, lookAtParent)
      look()
    },
    async stop() {
      if (!running) return
      // Children are told, so that they need not wait to find out.
      run((nowMs) => core.know(nowMs, { ...deps.facts(), standing: 'idle' }))
      running = false
      stopping.abort(new Error('The node is stopping.'))
      cancelTick()
      cancelLook()
      forgetCopy()
      for (const release of releases) release()
      for (const controller of asks.values()) controller.abort(new Error('The node is stopping.'))
      asks.clear()
    },
  }
}

function isOvertaken(error: unknown): boolean {
  return error instanceof MyceliumError && error.code === 'UPGRADE_REQUIRED'
}
