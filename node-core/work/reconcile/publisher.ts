/**
 * Tells the network of this node's instances: `node/<self>/instance/<id>`. The last word wins, so
 * what changes while a record is being written is written once, as it is then; steps of a start are
 * told at most every so often.
 */
import type { Clock } from '../../base/clock/index.ts'
import { isCode } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { SharedState } from '../../control/state/index.ts'
import { type Instance, instanceKey, storedForm } from '../spec/index.ts'
import { PROGRESS_PERIOD_MS, RETRY_PROBE_MS } from './limits.ts'

export interface Publisher {
  publish(instance: Instance): void
  /** The instance is gone; so is its record. */
  retract(instance: Pick<Instance, 'id' | 'node'>): void
  /** Resolves when all that was said is written, or could not be. */
  flush(): Promise<void>
}

interface Entry {
  key: string
  /** What is to be written; undefined to delete. */
  wanted: Instance | undefined
  written: Instance | undefined
  writtenAtMs: number
  dirty: boolean
  cancelTimer: () => void
  writing: Promise<void> | undefined
}

export function createPublisher(deps: {
  state: Pick<SharedState, 'put' | 'delete'>
  clock: Clock
  logger: Logger
}): Publisher {
  const { state, clock, logger } = deps
  const entries = new Map<string, Entry>()

  const entryOf = (of: Pick<Instance, 'id' | 'node'>): Entry => {
    const key = instanceKey(of.node, of.id)
    const entry = entries.get(key) ?? {
      key,
      wanted: undefined,
      written: undefined,
      writtenAtMs: Number.NEGATIVE_INFINITY,
      dirty: false,
      cancelTimer: () => {},
      writing: undefined,
    }
    entries.set(key, entry)
    return entry
  }

  /** Ends in the same turn in which it finds nothing left, so that no word falls in between. */
  const write = async (entry: Entry): Promise<void> => {
    while (entry.dirty) {
      entry.dirty = false
      const { wanted } = entry
      try {
        if (wanted) await state.put(entry.key, storedForm(wanted))
        else await state.delete(entry.key)
        entry.written = wanted
        entry.writtenAtMs = clock.monotonicMs()
      } catch (error) {
        // The owner was removed, for good: this node goes on, and has nothing to say any more.
        if (isCode(error, 'FORBIDDEN')) {
          logger.debug('An instance record is not for others any more', { key: entry.key })
          continue
        }
        logger.warn('An instance record could not be written', { key: entry.key, error })
        retryLater(entry)
        break
      }
    }
    entry.writing = undefined
    if (!entry.wanted && !entry.written) entries.delete(entry.key)
  }

  const begin = (entry: Entry): void => {
    entry.cancelTimer()
    entry.dirty = true
    entry.writing ??= write(entry)
  }

  /** The disk may be full; what is true now is told as soon as it can be. */
  const retryLater = (entry: Entry): void => {
    entry.cancelTimer()
    entry.cancelTimer = clock.timer(RETRY_PROBE_MS, () => begin(entry))
  }

  return {
    publish(instance) {
      const entry = entryOf(instance)
      entry.wanted = instance
      const nextMs = entry.writtenAtMs + PROGRESS_PERIOD_MS
      if (entry.written && onlyProgress(entry.written, instance) && nextMs > clock.monotonicMs()) {
        entry.cancelTimer()
        entry.cancelTimer = clock.timer(nextMs - clock.monotonicMs(), () => begin(entry))
        return
      }
      begin(entry)
    },
    retract(instance) {
      const entry = entryOf(instance)
      entry.wanted = undefined
      begin(entry)
    },
    async flush() {
      await Promise.all([...entries.values()].map((entry) => entry.writing))
      for (const entry of entries.values()) entry.cancelTimer()
    },
  }
}

/** Whether the two differ in nothing but the text of a step. */
function onlyProgress(a: Instance, b: Instance): boolean {
  return a.status === b.status && JSON.stringify(bare(a)) === JSON.stringify(bare(b))
}

function bare({ progress, ...rest }: Instance): Omit<Instance, 'progress'> {
  return rest
}
