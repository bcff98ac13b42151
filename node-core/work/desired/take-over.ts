/**
 * Workloads of before there was a Primary go from the shared state into the registry: written by their
 * owner's node, or an admin's where the owner was removed, and then ended by a tombstone there.
 */
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { type DesiredWorkload, workloadKey } from '../spec/index.ts'
import type { DesiredDeps } from './index.ts'
import { TAKE_OVER_AGAIN_MS, TAKE_OVER_MAX } from './limits.ts'
import type { StateRecords } from './state-records.ts'
import type { Writing } from './writing.ts'

export interface TakeOver {
  /** Begins with those that this node may take over, unless it is at it. False where there are none left. */
  look(): boolean
  /** One, before it is ended in the registry. Throws what is refused. */
  now(name: string): Promise<void>
}

export interface TakeOverDeps
  extends Pick<DesiredDeps, 'primary' | 'state' | 'owner' | 'permissions'> {
  records: StateRecords
  writing: Pick<Writing, 'apply'>
  clock: Clock
  logger: Logger
}

export function createTakeOver(deps: TakeOverDeps): TakeOver {
  const { primary, state, records, writing, clock, logger } = deps
  const notBeforeMs = new Map<string, number>()
  let isAtIt = false

  /** What there is to do about a record, if it is this node's to do now. */
  function due({ workload: { name }, owner }: DesiredWorkload): 'take' | 'retire' | undefined {
    const view = primary.view()
    if (!view || (notBeforeMs.get(name) ?? 0) > clock.monotonicMs()) return undefined
    const isAdmin = deps.permissions().has('admin')
    if (view.generationOf(name) === 0) {
      const isOurs = owner === deps.owner || (isAdmin && view.removed(owner) !== undefined)
      return isOurs ? 'take' : undefined
    }
    return owner === deps.owner || isAdmin ? 'retire' : undefined
  }

  async function attempt(desired: DesiredWorkload, what: 'take' | 'retire'): Promise<void> {
    const { name } = desired.workload
    const isNew = !notBeforeMs.has(name)
    notBeforeMs.set(name, clock.monotonicMs() + TAKE_OVER_AGAIN_MS)
    try {
      if (what === 'take') {
        await writing.apply(desired.workload, undefined)
        logger.info('A workload was taken over into the registry', { workload: name })
      } else if (!isNew) {
        await state.delete(workloadKey(name))
        notBeforeMs.delete(name)
      }
      // Seen to be taken over for the first time: copies that lag must know of it before the tombstone.
    } catch (error) {
      if (!(error instanceof MyceliumError)) throw error
      logger.debug('A workload was not taken over', { workload: name, code: error.code })
    }
  }

  async function takeSome(): Promise<void> {
    let attempts = 0
    for (const desired of records.list()) {
      const what = due(desired)
      if (!what) continue
      await attempt(desired, what)
      if (++attempts >= TAKE_OVER_MAX) return
    }
  }

  return {
    look() {
      if (isAtIt) return true
      if (records.list().length === 0) return false
      isAtIt = true
      void takeSome().finally(() => {
        isAtIt = false
      })
      return true
    },
    async now(name) {
      const desired = records.get(name)
      const view = primary.view()
      if (!desired || !view || view.generationOf(name) > 0) return
      await writing.apply(desired.workload, undefined)
    },
  }
}
