/** What one life's effects do: to the links, to the disk, to the store, and to whoever waits. */
import type { EffectDoors } from './effects.ts'
import type { Machine, MachineDeps } from './machine.ts'
import type { Store } from './store.ts'
import type { Waiters } from './waiters.ts'

export interface DoorsDeps extends MachineDeps {
  store: Store
  waiters: Waiters
}

export function createDoors(
  machine: Machine,
  name: string,
  deps: DoorsDeps,
): Omit<EffectDoors, 'reach'> {
  const { store, waiters, invariants } = deps
  return {
    send: ({ to, message }) => deps.send(machine, to, message),
    append(records) {
      if (machine.log.append(records) === 'full') return false
      invariants.sawRecords(machine.name, records)
      return true
    },
    sync: () => machine.log.sync() === 'done',
    restore(snapshot) {
      const before = store.applied
      store.restore(snapshot.state)
      deps.count('snapshotRestored')
      invariants.sawRestored(name, { snapshot, before, store })
    },
    apply(entry) {
      invariants.sawCommitted(name, entry, store.applied)
      store.apply(entry.index, entry.payload)
      invariants.sawApplied(name, store)
    },
    answer(read) {
      invariants.sawRead(name, read)
      waiters.answerRead(read)
    },
    tellFate(fate) {
      invariants.sawFate(name, fate)
      waiters.tellFate(fate)
    },
  }
}
