/** The shared state of a node that is alone. */
import type { Plain } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { StateChange, StateRecord } from '../../control/state/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { NetworkParts } from '../handlers/index.ts'

/** One author's map: enough of the shared state for a node that is alone. */
export function memoryState(author: { node: NodeId; owner: OwnerId }) {
  const records = new Map<string, StateRecord>()
  const listeners = new Set<[string, (change: StateChange) => void]>()
  let counter = 0
  const set = async (key: string, value: Plain | undefined, owner = author.owner) => {
    const previous = records.get(key)
    const generation = (previous?.generation ?? 0) + 1
    const record: StateRecord = {
      ...{ key, value, author: author.node, owner, incarnation: 1 },
      ...{ counter: ++counter, generation },
    }
    records.set(key, record)
    for (const [prefix, listener] of listeners) {
      if (key.startsWith(prefix)) listener({ key, record, previous, remote: false })
    }
    return record
  }
  const live = (key: string) => {
    const record = records.get(key)
    return record?.value === undefined ? undefined : record
  }
  const state: NetworkParts['state'] = {
    get: (key) => records.get(key),
    list: (prefix) =>
      [...records.keys()]
        .filter((key) => key.startsWith(prefix))
        .sort()
        .flatMap((key) => live(key) ?? []),
    put: async (key, value, { expectGeneration } = {}) => {
      const generation = records.get(key)?.generation ?? 0
      if (expectGeneration !== undefined && generation !== expectGeneration) {
        throw new MyceliumError('CONFLICT', 'The key has moved on to another generation.')
      }
      return set(key, value)
    },
    delete: async (key) => void (await set(key, undefined)),
    subscribe: (prefix, listener) => listenTo(listeners)([prefix, listener]),
    resync: async () => {},
    hash: () => String(counter),
  }
  return { state, put: set }
}

export function listenTo<T>(listeners: Set<T>) {
  return (listener: T): (() => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
}
