/** Reads what nodes tell of the load of workloads. */
import { parseNodeId } from '../../base/net/index.ts'
import type { StateRecord } from '../../control/state/index.ts'
import type { Loads, LoadsDeps } from './index.ts'
import { LOAD_KEY, type NodeLoad, parseLoad } from './messages.ts'

const KEY = new RegExp(`^node/([0-9a-f]{64})/${LOAD_KEY}$`)

export function createLoads({ state, counts }: LoadsDeps): Loads {
  // Records are replaced, never changed.
  const known = new WeakMap<StateRecord, NodeLoad | 'unreadable'>()

  function loadIn(record: StateRecord): NodeLoad | 'unreadable' {
    const before = known.get(record)
    if (before) return before
    const load = parseLoad(record.value) ?? 'unreadable'
    known.set(record, load)
    return load
  }

  return {
    list: () =>
      state.list('node/').flatMap((record) => {
        const node = parseNodeId(KEY.exec(record.key)?.[1] ?? '')
        if (!node || !counts(node)) return []
        const load = loadIn(record)
        return load === 'unreadable' ? [] : [{ node, incarnation: record.incarnation, load }]
      }),
    subscribe: (listener) =>
      state.subscribe('node/', ({ key }) => {
        if (KEY.test(key)) listener()
      }),
  }
}
