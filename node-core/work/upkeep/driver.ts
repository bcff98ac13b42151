/** Looks once a minute while there is something to look at, and tells what is due. */
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import { REFUSAL_CODES } from '../../control/registry/index.ts'
import { hourOf } from '../../economy/reputation/index.ts'
import { createPlanTimer } from '../reconcile/index.ts'
import type { Upkeep, UpkeepDeps } from './index.ts'
import { LOOK_MS, SOON_MS } from './limits.ts'
import { isOwed, look, promisedTo } from './looks.ts'
import { createTally, type Word } from './tally.ts'

/** The rules that know what is told. */
const RULES_MIN = 5

export function createUpkeep(deps: UpkeepDeps): Upkeep {
  const { self, owner, primary, view, clock, logger } = deps
  const tally = createTally()
  const timer = createPlanTimer(clock, turn)
  let lookedMs = Number.NEGATIVE_INFINITY
  let isLooking = false
  let telling: Promise<void> | undefined
  let stopping = new AbortController()
  let unsubscribe = (): void => {}

  function turn(): void {
    const input = view.placementInput()
    const promised = promisedTo(owner, input)
    const nowMs = clock.monotonicMs()
    isLooking = promised.length > 0 || !tally.isEmpty
    if (!isLooking) return
    timer.within(Math.max(0, lookedMs + LOOK_MS - nowMs) || LOOK_MS)
    if (nowMs - lookedMs < LOOK_MS) return
    lookedMs = nowMs
    // By a node that doubts what it hears, or is cut off itself, nobody is judged.
    if (deps.selfDoubt() > 0 || !input.majority) return
    tally.take({
      ...{ promised, nowMs, seen: look(promised, input) },
      isOwed: (one) => isOwed(one, input),
    })
    const first = input.nodes
      .filter((node) => node.owner === owner && node.live)
      .map(({ id }) => id)
      .sort()[0]
    if (first === self) tell(tally.due(nowMs))
  }

  function tell(words: readonly Word[]): void {
    const registry = primary.view()
    if (telling || words.length === 0 || !registry || registry.version < RULES_MIN) return
    const hour = hourOf(registry.timeMs)
    const isOpen = ({ owner: of }: Word): boolean => {
      const [, said] = registry.observations(of).find(([by]) => by === owner) ?? []
      return said === undefined || said.hour < hour
    }
    telling = Promise.all(words.filter(isOpen).map(say))
      .then(() => {})
      .finally(() => {
        telling = undefined
      })
  }

  async function say({ owner: of, node, workload, ppm }: Word): Promise<void> {
    try {
      const { signal } = stopping
      const body = { node, workload, ppm }
      await primary.execute({ kind: 'reputation.observe', body }, { signal })
      logger.debug('The registry was told how an owner kept its promises.', { owner: of, ppm })
      tally.drop(of)
    } catch (error) {
      if (!(error instanceof MyceliumError)) throw error
      logger.debug('The registry was not told of an owner.', { owner: of, code: error.code })
      if (isFinal(error)) tally.drop(of)
    }
  }

  return {
    async start() {
      stopping = new AbortController()
      unsubscribe()
      timer.start()
      unsubscribe = view.subscribe(({ of }) => {
        const isOfPromises = of === 'assignments' || of === 'workload'
        if (!isLooking && isOfPromises) timer.within(SOON_MS)
      })
      timer.within(SOON_MS)
    },
    async stop() {
      unsubscribe()
      unsubscribe = () => {}
      timer.stop()
      stopping.abort(new MyceliumError('NOT_RUNNING', 'The node is stopping.'))
      await telling
    },
  }
}

/** Whatever happens, the registry will not take it; another node of the owner may have been first. */
function isFinal(error: MyceliumError): boolean {
  const codes: readonly string[] = REFUSAL_CODES
  return codes.includes(error.code) && !isCode(error, 'STALE')
}
