/** `net/workload/<name>` of the shared state: what is wanted where no registry has it. */
import type { SharedState, StateRecord } from '../../control/state/index.ts'
import { type DesiredWorkload, desiredOf, WORKLOAD_PREFIX, workloadKey } from '../spec/index.ts'

export interface StateRecords {
  list(): DesiredWorkload[]
  get(name: string): DesiredWorkload | undefined
  recordOf(name: string): 'none' | 'ended' | 'unreadable'
}

export function createStateRecords(
  state: Pick<SharedState, 'get' | 'list'>,
  onUnreadable: (name: string) => void,
): StateRecords {
  // Records are replaced, never changed, so what one says is parsed once.
  const known = new WeakMap<StateRecord, DesiredWorkload | 'unreadable'>()

  function parsed(record: StateRecord): DesiredWorkload | undefined {
    let desired = known.get(record)
    if (desired === undefined) {
      desired = desiredOf(record) ?? 'unreadable'
      known.set(record, desired)
      if (desired === 'unreadable') onUnreadable(record.key.slice(WORKLOAD_PREFIX.length))
    }
    return desired === 'unreadable' ? undefined : desired
  }

  return {
    list: () => state.list(WORKLOAD_PREFIX).flatMap((record) => parsed(record) ?? []),
    get(name) {
      const record = state.get(workloadKey(name))
      return record?.value === undefined ? undefined : parsed(record)
    },
    recordOf(name) {
      const record = state.get(workloadKey(name))
      if (!record) return 'none'
      return record.value === undefined ? 'ended' : 'unreadable'
    },
  }
}
