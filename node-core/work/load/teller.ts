/** Tells what is asked of workloads here, while that changes; at once where somebody waits or comes again. */
import { isCode } from '../../base/errors/index.ts'
import type { EdgeLoad, VersionLoad } from '../edge/index.ts'
import { createPlanTimer } from '../reconcile/index.ts'
import { canariesUnderWay } from '../rollout/index.ts'
import type { LoadTeller, LoadTellerDeps } from './index.ts'
import { PROCESSOR_MS, TELL_MS, TOLD_WORKLOADS_MAX, URGENT_GAP_MS } from './limits.ts'
import { LOAD_KEY, loadForm } from './messages.ts'
import { createProcessorReadings } from './processor.ts'
import { less, NOTHING } from './tally.ts'
import { createTurns, windowOf } from './turns.ts'

export function createLoadTeller(deps: LoadTellerDeps): LoadTeller {
  const { self, state, edge, view, clock, logger } = deps
  const key = `node/${self}/${LOAD_KEY}`
  const readings = createProcessorReadings(deps)
  const turns = createTurns()
  /** What had been counted of a workload before anybody wanted to know, or when it was left out. */
  const bases = new Map<string, ReadonlyMap<string, VersionLoad>>()
  /** What had been counted of each that is in the record when it was written. */
  let counted = new Map<string, ReadonlyMap<string, VersionLoad>>()
  const timer = createPlanTimer(clock, tell)
  let stopWatching: (() => void)[] = []
  let told = ''
  let toldMs = Number.NEGATIVE_INFINITY
  let processorMs = Number.NEGATIVE_INFINITY
  let processorTurn = 0
  let isCrowded = false
  let telling: Promise<void> | undefined
  let isAskedAgain = false

  async function look(): Promise<void> {
    const { asked, processor } = watchedOf(deps)
    const nowMs = clock.monotonicMs()
    if (processor.size > 0 && nowMs - processorMs >= PROCESSOR_MS) {
      processorMs = nowMs
      processorTurn++
      await readings.read(processor)
    }
    for (const name of bases.keys()) if (!asked.has(name)) bases.delete(name)
    for (const name of asked) if (!bases.has(name)) bases.set(name, copyOf(edge.all().get(name)))
    const measured = readings.of(processor)
    const { told: all, late } = turns.next(
      new Map([...edge.all()].filter(([name]) => asked.has(name))),
    )
    // Whoever reads counts all that is told of one that was not there before: it must be new to it.
    for (const [name, totals] of counted) {
      if (asked.has(name) && !all.has(name)) bases.set(name, totals)
    }
    const counting = new Map([...all].map(([name, one]) => [name, copyOf(one)]))
    sayIfCrowded(late + Math.max(0, measured.size - TOLD_WORKLOADS_MAX))
    const form = loadForm({
      asked: new Map([...all].map(([name, one]) => [name, since(one, bases.get(name))])),
      processor: windowOf(measured, processorTurn),
    })
    const text = JSON.stringify(form) ?? ''
    const isNews = text !== told
    toldMs = nowMs
    if (form !== undefined && isNews) await state.put(key, form)
    else if (isNews) await state.delete(key)
    told = text
    counted = counting
    // While it changes it is looked at in turns; then whoever comes next is told of at once.
    if (isNews || late > 0) timer.within(TELL_MS)
    else edge.onNext(asked, soon)
    if (processor.size > 0) timer.within(processorMs + PROCESSOR_MS - clock.monotonicMs())
  }

  function sayIfCrowded(late: number): void {
    const isNew = late > 0 && !isCrowded
    if (isNew) logger.warn('The load of so many workloads is told of in turns', { late })
    isCrowded = late > 0
  }

  function tell(): void {
    isAskedAgain = telling !== undefined
    telling ??= look()
      .catch((error: unknown) => {
        // Its owner was removed: nobody would heed it.
        if (isCode(error, 'FORBIDDEN')) return
        logger.warn('What is asked of workloads could not be told', { error })
        timer.within(TELL_MS)
      })
      .finally(() => {
        telling = undefined
        if (isAskedAgain) timer.within(0)
      })
  }

  function soon(): void {
    timer.within(Math.max(0, toldMs + URGENT_GAP_MS - clock.monotonicMs()))
  }

  return {
    async start() {
      if (stopWatching.length > 0) return
      // What an earlier life said holds no more.
      told = JSON.stringify(state.get(key)?.value) ?? ''
      timer.start()
      stopWatching = [
        edge.onWaits(soon),
        view.subscribe(({ of }) => {
          // What a change begins with is counted from its first answer on; by who comes back one begins anew.
          if (of === 'workload' || of === 'liveness') timer.within(0)
        }),
      ]
      timer.within(0)
    },
    async stop() {
      for (const stop of stopWatching) stop()
      stopWatching = []
      timer.stop()
      await telling
    },
  }
}

function copyOf(load: EdgeLoad | undefined): ReadonlyMap<string, VersionLoad> {
  const versions = [...(load?.versions ?? [])]
  return new Map(versions.map(([version, totals]) => [version, less(totals, NOTHING)]))
}

function since({ open, waiting, versions }: EdgeLoad, base?: ReadonlyMap<string, VersionLoad>) {
  const grown = [...versions].map(([version, totals]) => {
    return [version, less(totals, base?.get(version) ?? NOTHING)] as const
  })
  return { open, waiting, versions: new Map(grown) }
}

/** Of these alone anybody wants to know. */
function watchedOf({ view, isInSight }: Pick<LoadTellerDeps, 'view' | 'isInSight'>): {
  asked: Set<string>
  processor: Set<string>
} {
  const wanted = view.wanted()
  const scaled = wanted.flatMap(({ workload }) => (workload.autoscale ? [workload] : []))
  const byProcessor = scaled.filter(({ autoscale }) => autoscale?.cpuPercent !== undefined)
  const changing = canariesUnderWay(wanted, () =>
    view.instances().filter(({ node }) => isInSight(node)),
  )
  return {
    asked: new Set([...scaled.map(({ name }) => name), ...changing]),
    processor: new Set(byProcessor.map(({ name }) => name)),
  }
}
