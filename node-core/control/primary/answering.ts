/**
 * Whether the committee decides, as seen by a node that does not vote. Connections alone do not say so:
 * voters that were all put back from backups are in reach, and none of them votes. So where nothing else
 * shows that somebody decides, it is asked.
 */
import type { Clock } from '../../base/clock/index.ts'
import { ANSWER_LOOK_MS } from './limits.ts'

export interface Answering {
  /** What no majority stands behind is not answered. */
  ask(): Promise<boolean>
  isInForce(): boolean
  start(): void
  stop(): void
}

export interface AnsweringDeps {
  clock: Pick<Clock, 'timer'>
  /** Throws where nobody answers. */
  read(): Promise<unknown>
  /** As many as decide are connected. */
  hasQuorum(): boolean
  /** Nothing shows here that they decide, and this node may ask. */
  doubts(): boolean
  changed(): void
}

export function createAnswering(deps: AnsweringDeps): Answering {
  let running = false
  let isSilent = false
  let cancel = (): void => {}

  const ask = (): Promise<boolean> =>
    deps.read().then(
      () => true,
      () => false,
    )

  /** Where nobody is connected there is nothing to ask. */
  const isInDoubt = (): boolean => deps.hasQuorum() && deps.doubts()

  async function look(): Promise<void> {
    const silent = isInDoubt() && !(await ask())
    if (!running) return
    const before = isSilent
    isSilent = silent
    again()
    if (isSilent !== before) deps.changed()
  }

  function again(): void {
    cancel = deps.clock.timer(ANSWER_LOOK_MS, () => void look())
  }

  return {
    ask,
    isInForce: () => deps.hasQuorum() && !(isSilent && deps.doubts()),
    start() {
      running = true
      again()
    },
    stop() {
      running = false
      isSilent = false
      cancel()
    },
  }
}
