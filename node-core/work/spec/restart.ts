/** What becomes of an instance that has ended: what was said, filled up. */
import { DEFAULT_RESTART } from './defaults.ts'
import type { DeployBody } from './deploy-body.ts'
import type { WrongField } from './errors.ts'
import type { Restart } from './index.ts'

/** Over `before`, or over what there is otherwise; a rule that was named anew has its own bound. */
export function toRestart(
  asked: DeployBody['restart'],
  before: Restart | undefined,
  wrong: WrongField[],
): Restart {
  const base = before ?? DEFAULT_RESTART
  const { atMost: _, ...unbounded } = base
  const restart: Restart = { ...(asked?.when === undefined ? base : unbounded), ...asked }
  if (restart.backoffMs > restart.backoffMsMax && asked) {
    // The one that was not said follows the one that was.
    if (asked.backoffMsMax === undefined) return { ...restart, backoffMsMax: restart.backoffMs }
    if (asked.backoffMs === undefined) return { ...restart, backoffMs: restart.backoffMsMax }
    wrong.push({ path: 'restart.backoffMsMax', message: 'Not less than restart.backoffMs.' })
  }
  if (restart.when === 'never' && restart.atMost !== undefined) {
    wrong.push({ path: 'restart.atMost', message: 'What is never started again has no bound.' })
  }
  return restart
}

/** Whether what has come to its end is started again. `exit`: undefined where it never ran. */
export function mayRestart(
  { when, atMost }: Restart,
  { exit, failures }: { exit: { code?: number | undefined } | undefined; failures: number },
): boolean {
  if (exit && when === 'never') return false
  if (exit?.code === 0 && when === 'onFailure') return false
  return atMost === undefined || failures <= atMost
}
