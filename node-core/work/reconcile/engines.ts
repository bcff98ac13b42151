/**
 * The runners of this node: whether each can work now, and what it finds running. A node whose
 * engine stays away stops offering that kind of work; it offers it again as soon as it returns.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Membership } from '../../network/membership/index.ts'
import type { Lack, Runner, Running } from '../runners/index.ts'
import type { WorkloadKind } from '../spec/index.ts'
import { FIRST_LOOK_MS, WITHDRAW_KIND_AFTER_MS } from './limits.ts'
import type { Reason } from './local-instance.ts'

export interface Engines {
  /** Asks every runner once, and listens from then on. */
  start(): Promise<void>
  /** `withdraw`: says first that no work is taken here any more, so that none is placed here. */
  stop(options: { withdraw: boolean }): Promise<void>
  /** Lists what runs now. */
  sense(): Promise<void>
  /** Why it cannot work now; undefined when it can. */
  gone(runner: Runner): Reason | undefined
  /** Why it does not run work of other owners than its own; undefined when it does. */
  keptToOwner(runner: Runner): Reason | undefined
  /** Every runner has listed what it runs at least once. */
  allListed(): boolean
}

export interface EnginesDeps {
  runners: Readonly<Partial<Record<WorkloadKind, Runner>>>
  membership: Pick<Membership, 'announce'>
  /** Kinds that this node's owner lets others run here. */
  strangers: readonly WorkloadKind[]
  clock: Clock
  logger: Logger
  /** `sinceMs`: when the listing began. */
  onList: (runner: Runner, listed: Running[], sinceMs: number) => void
}

const UNAVAILABLE = 'ENGINE_UNAVAILABLE'
const NAMES: Readonly<Record<WorkloadKind, string>> = {
  container: 'containers',
  process: 'programs',
}
const LACKS: Readonly<Record<Lack, string>> = {
  memory: 'their memory',
  cpu: 'their processor time',
  pids: 'how many processes they are',
  files: 'which files they see',
  privileges: 'which rights they gain',
  network: 'what they reach',
}

interface Engine {
  runner: Runner
  gone: Reason | undefined
  /** What it cannot keep work to. */
  lacks: readonly Lack[]
  listed: boolean
  sensing: Promise<void> | undefined
  /** Something happened while it was being listed. */
  again: boolean
  /** Under way: what it cancels by. */
  withdrawal: (() => void) | undefined
  offered: boolean
}

export function createEngines(deps: EnginesDeps): Engines {
  const { clock, logger } = deps
  const engines = Object.values(deps.runners).map((runner): Engine => {
    const gone = { code: UNAVAILABLE, message: 'It has not been asked yet.' }
    return {
      runner,
      gone,
      lacks: [],
      listed: false,
      sensing: undefined,
      again: false,
      withdrawal: undefined,
      offered: false,
    }
  })
  let stops: (() => void)[] = []
  let started = false
  let stopped = false
  let announcing: Promise<void> = Promise.resolve()

  /** One listing at a time; what happens meanwhile is seen by one more. */
  function sense(engine: Engine): Promise<void> {
    if (engine.sensing) {
      engine.again = true
      return engine.sensing
    }
    const run = async (): Promise<void> => {
      do {
        engine.again = false
        await look(engine)
      } while (engine.again && !stopped)
      engine.sensing = undefined
    }
    engine.sensing = run()
    return engine.sensing
  }

  async function look(engine: Engine): Promise<void> {
    const { runner } = engine
    try {
      const answer = await runner.available()
      if (!answer.ok) return setGone(engine, { code: answer.code, message: answer.message })
      engine.lacks = answer.lacks ?? []
      if (stopped) return
      const sinceMs = clock.monotonicMs()
      const listed = await runner.list()
      if (stopped) return
      engine.listed = true
      // Not before: what it has run all the while would seem to have to be started anew.
      setGone(engine, undefined)
      deps.onList(runner, listed, sinceMs)
    } catch (error) {
      logger.warn('A runner could not be asked', { kind: runner.kind, error })
      if (engine.gone) engine.gone = { code: UNAVAILABLE, message: 'It does not say what it runs.' }
    }
  }

  function setGone(engine: Engine, gone: Reason | undefined): void {
    if (engine.gone && !gone) logger.info('A runner can work', { kind: engine.runner.kind })
    if (!engine.gone && gone) logger.warn('A runner cannot work', { ...gone })
    engine.gone = gone
    if (!gone) {
      keepOffer(engine)
      offer(engine, true)
    } else if (engine.offered) {
      // From when it was missed first, however often it is looked for.
      engine.withdrawal ??= clock.timer(WITHDRAW_KIND_AFTER_MS, () => {
        engine.withdrawal = undefined
        offer(engine, false)
      })
    }
  }

  function keepOffer(engine: Engine): void {
    engine.withdrawal?.()
    engine.withdrawal = undefined
  }

  function offer(engine: Engine, offered: boolean): void {
    if (engine.offered === offered || stopped) return
    engine.offered = offered
    // The first word is one for all engines, when each has been asked.
    if (started) void announce()
  }

  function closedTo({ runner, lacks }: Engine): Reason | undefined {
    const code = 'STRANGERS_REFUSED'
    if (!deps.strangers.includes(runner.kind)) {
      return { code, message: `The owner of this node keeps ${NAMES[runner.kind]} to its own.` }
    }
    if (lacks.length === 0) return undefined
    const what = lacks.map((lack) => LACKS[lack]).join(', ')
    const message = `This computer cannot bound what ${NAMES[runner.kind]} of strangers may do: ${what}.`
    return { code, message }
  }

  function announce(): Promise<void> {
    const offered = engines.filter((engine) => engine.offered)
    const kinds = offered.map(({ runner }) => runner.kind)
    const open = offered.filter((engine) => !closedTo(engine))
    const strangers = open.map(({ runner }) => runner.kind)
    announcing = announcing
      .then(() => deps.membership.announce({ kinds, strangers }))
      .catch((error) => logger.warn('What this node offers could not be told', { error }))
    return announcing
  }

  return {
    async start() {
      stopped = false
      stops = engines.flatMap((engine) => [
        engine.runner.onAvailable(() => void sense(engine)),
        engine.runner.onExit(() => void sense(engine)),
      ])
      const looks = Promise.all(engines.map(sense))
      const late = Promise.withResolvers<void>()
      // Cancelled, because a timer that still runs keeps a process from ending.
      const cancel = clock.timer(FIRST_LOOK_MS, late.resolve)
      await Promise.race([looks, late.promise])
      cancel()
      started = true
      await announce()
    },
    async stop({ withdraw }) {
      if (withdraw) {
        for (const engine of engines) engine.offered = false
        await announce()
      }
      stopped = true
      started = false
      for (const stop of stops) stop()
      engines.forEach(keepOffer)
      await Promise.all(engines.map(({ sensing }) => sensing))
      await announcing
    },
    async sense() {
      await Promise.all(engines.map(sense))
    },
    gone: (runner) => engines.find((engine) => engine.runner === runner)?.gone,
    keptToOwner(runner) {
      const engine = engines.find((one) => one.runner === runner)
      return engine && closedTo(engine)
    },
    allListed: () => engines.every(({ listed }) => listed),
  }
}
