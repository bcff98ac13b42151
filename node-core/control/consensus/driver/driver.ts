/** The shell around an engine: what it says is done in the order that `Engine` asks for. */
import { enduringTime } from '../../../base/clock/index.ts'
import { assert, MyceliumError, messageOf } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { Engine, Members, Ready, Verdict } from '../index.ts'
import { createCompaction } from './compaction.ts'
import { createDeliveries } from './deliveries.ts'
import type {
  Consensus,
  ConsensusDeps,
  ConsensusErrorCode,
  ConsensusOptions,
  ConsensusStatus,
  ConsensusVerdictCode,
} from './index.ts'
import { createIntake, type Intake } from './intake.ts'
import { createLeadLog } from './lead-log.ts'
import { createLeadWatch, type LeadWatch } from './lead-watch.ts'
import { COMPACT_BYTES, COMPACT_ENTRIES, TICK_MS } from './limits.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { createProposals } from './proposals.ts'
import { createQuestions } from './questions.ts'
import { createRoundWatch } from './round-watch.ts'
import { createStatusBoard } from './status-board.ts'

export function createConsensus(deps: ConsensusDeps, options: ConsensusOptions = {}): Consensus {
  const { net, clock, log } = deps
  const logger = deps.logger.child('consensus')
  const tickMs = options.tickMs ?? TICK_MS
  const protocol = options.protocol ?? PROTOCOL
  let engine: Engine | undefined
  let state: ConsensusStatus['state'] = 'stopped'
  let failure: ConsensusStatus['failure']
  let outbox: Outbox | undefined
  let intake: Intake | undefined
  let leadWatch: LeadWatch | undefined
  let started: Promise<void> | undefined
  let stopping: Promise<void> | undefined
  let pumping: Promise<void> | undefined
  let cancelTick = (): void => {}

  const proposals = createProposals()
  const deliveries = createDeliveries({
    ...{ clock, machine: deps.machine },
    told: proposals.told,
    applied: wake,
    failed: (error) => fail('APPLY_FAILED', error),
  })
  const questions = createQuestions(deliveries.whenApplied)
  const compaction = createCompaction({
    ...{ log, deliveries, wake },
    entriesMax: options.compactEntries ?? COMPACT_ENTRIES,
    bytesMax: options.compactBytes ?? COMPACT_BYTES,
    failed: (error) => fail('ENGINE_FAILED', error),
    changed: tellSize,
  })
  const board = createStatusBoard(status, logger)
  const leadLog = createLeadLog(logger)
  const rounds = createRoundWatch(clock, wake)
  const passedMs = enduringTime(clock)
  /** After the questions it is read for: a lease that holds by it held while they were open. */
  const timeTold = (): { elapsedTicks?: number } =>
    options.countsOnLeases ? { elapsedTicks: passedMs() / tickMs } : {}

  function status(): ConsensusStatus {
    const { applied } = deliveries
    const { oversizeBytes } = compaction
    return {
      ...{ state, failure, engine: engine?.status(), applied, logBytes: log.sizeBytes },
      ...(oversizeBytes !== undefined && { oversizeBytes }),
    }
  }

  function tellSize(): void {
    const { oversizeBytes } = compaction
    if (oversizeBytes === undefined) logger.info('The state fits into a snapshot again.')
    else logger.error('The state is too large for a snapshot.', { sizeBytes: oversizeBytes })
  }

  /** The engine, while it may be used. */
  function running(): Engine {
    if (engine && state === 'running') return engine
    throw new MyceliumError<ConsensusErrorCode>('NOT_RUNNING', 'Consensus is not running here.')
  }

  /** Uses the engine, and sees to what comes of it. One that throws is not asked again. */
  function use<T>(run: (engine: Engine) => T): T | undefined {
    const current = running()
    try {
      const result = run(current)
      wake()
      return result
    } catch (error) {
      fail('ENGINE_FAILED', error)
      return undefined
    }
  }

  function wake(): void {
    if (state === 'running') pumping ??= pump()
  }

  async function pump(): Promise<void> {
    // Whoever proposes in this same turn goes into the same Ready.
    await Promise.resolve()
    try {
      while (engine && state === 'running') {
        questions.put(engine)
        compaction.turn(engine)
        const ready = engine.ready({ mayWait: rounds.mayWait(), ...timeTold() })
        if (engine.waitsForOthers) rounds.wakeAtEnd()
        if (!ready) break
        if (ready.committed.length > 0) rounds.over()
        await perform(engine, ready)
      }
    } catch (error) {
      fail('ENGINE_FAILED', error)
    } finally {
      pumping = undefined
    }
    board.look()
  }

  async function perform(engine: Engine, ready: Ready): Promise<void> {
    // Raft thesis §10.2.1: a leader's appends may overtake its own disk.
    outbox?.send(ready.messagesNow)
    // Whoever acknowledges it is counted, and its log is what may be needed if it cannot be read. Without
    // records it is this log's own.
    if (ready.snapshot && ready.records.length > 0) await deps.machine.check?.(ready.snapshot)
    if (state !== 'running') return
    if (ready.records.length > 0) await log.append(ready.records, { sync: ready.mustSync })
    if (state !== 'running') return
    outbox?.send(ready.messages)
    if (ready.snapshot) compaction.restored(ready.snapshot)
    // Applying goes on beside the engine's next round; only a machine far behind holds it up.
    const room = deliveries.take(ready)
    if (ready.checkpoint !== undefined) compaction.reached(ready.checkpoint)
    for (const result of ready.reads) questions.answered(result)
    await room
    engine.advance()
  }

  function step(from: NodeId, message: Uint8Array): Verdict {
    // Looked at for each message: a stream may be older than the end of a membership.
    if (state === 'running' && !deps.hears(from)) return verdictOf('reject', 'NOT_HEARD')
    const verdict = state === 'running' && use((engine) => engine.step(from, message))
    return verdict || verdictOf('ignore', 'NOT_RUNNING')
  }

  function tick(): void {
    if (state !== 'running') return
    cancelTick = clock.timer(tickMs, tick)
    questions.tick()
    use((engine) => engine.tick(timeTold().elapsedTicks))
    if (engine) leadLog.look(engine.status(), clock.monotonicMs())
    board.look()
  }

  async function start(): Promise<void> {
    try {
      const { records, cut } = await log.open()
      engine = deps.createEngine(records)
      logger.info('Consensus starts.', { records: records.length, cutBytes: cut?.bytes ?? 0 })
    } catch (error) {
      fail('ENGINE_FAILED', error)
      throw error
    }
    if (stopping) return
    state = 'running'
    outbox = createOutbox({
      ...{ net, clock, logger, protocol },
      unreachable: (peer) => {
        if (state === 'running') use((engine) => engine.reportUnreachable(peer))
      },
    })
    intake = createIntake({ net, clock, logger, protocol, step })
    leadWatch = createLeadWatch({
      ...{ net, clock, use },
      status: () => (state === 'running' ? engine?.status() : undefined),
    })
    cancelTick = clock.timer(tickMs, tick)
    wake()
    board.look()
  }

  /** What the disk or the machine says goes before what we would call it. */
  function fail(code: ConsensusErrorCode, error: unknown): void {
    if (state === 'failed') return
    state = 'failed'
    const known = error instanceof MyceliumError ? error.code : code
    failure = { code: known, message: wholeMessage(error) }
    logger.error('Consensus has failed on this node.', { code: known, error: messageOf(error) })
    void halt()
    board.look()
  }

  /** Says and hears nothing more. What was asked is answered as far as anyone can. */
  async function halt(): Promise<void> {
    cancelTick()
    rounds.stop()
    leadWatch?.stop()
    proposals.abandon()
    questions.abandon(
      new MyceliumError<ConsensusErrorCode>('NOT_RUNNING', 'Consensus has stopped here.'),
    )
    await Promise.all([outbox?.stop(), intake?.stop(), deliveries.stop()])
  }

  async function stop(): Promise<void> {
    await started?.catch(() => undefined)
    if (state === 'running') state = 'stopped'
    await halt()
    await pumping
    await log.close()
    board.look()
  }

  return {
    start() {
      assert(!stopping, 'A driver lives once.')
      started ??= start()
      return started
    },
    stop() {
      stopping ??= stop()
      return stopping
    },
    async propose(payload, { signal } = {}) {
      running()
      return proposals.ask((id) => use((engine) => engine.propose(id, payload)), {
        busy: deliveries.busy,
        ...(signal && { signal }),
      })
    },
    async changeMembers(members: Members, { signal } = {}) {
      running()
      return proposals.ask((id) => use((engine) => engine.changeMembers(id, members)), {
        busy: false,
        ...(signal && { signal }),
      })
    },
    transferLeader(to) {
      use((engine) => engine.transferLeader(to))
    },
    async read({ signal } = {}) {
      running()
      const answer = questions.ask(signal)
      wake()
      return answer
    },
    status,
    get isRunning() {
      return state === 'running'
    },
    get applied() {
      return deliveries.applied
    },
    subscribe: board.subscribe,
  }
}

const PROTOCOL = 'consensus/1'

/** With what lies beneath: a disk that is full is what a person can mend. */
function wholeMessage(error: unknown): string {
  const cause = error instanceof MyceliumError ? error.cause : undefined
  return cause instanceof MyceliumError ? `${messageOf(error)} ${cause.message}` : messageOf(error)
}

function verdictOf(verdict: 'ignore' | 'reject', code: ConsensusVerdictCode): Verdict {
  return { verdict, code }
}
