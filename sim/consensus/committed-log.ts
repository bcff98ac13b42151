/** The one log: the first machine that delivers an index writes it, and all others are compared. */
import type { CommittedEntry, Members } from '../../node-core/control/consensus/index.ts'
import type { Restored } from './invariants.ts'
import { type Command, createStore, decodeCommand, type Store } from './store.ts'

export interface CommittedLog {
  sawCommitted(life: string, entry: CommittedEntry, appliedBefore: number): void
  sawApplied(life: string, store: Store): void
  sawRestored(life: string, restored: Restored): void
  committed(): number
  members(): Members
  proposalAt(index: number): string | undefined
  /** The last, where a message that handed it on was doubled on its way. */
  indexOf(proposal: string): number | undefined
}

const NOTHING = new Uint8Array()

interface Entry {
  by: string
  payload: Uint8Array
  members: string
  command: Command | undefined
  digest: string | undefined
}

export interface CommittedLogDeps {
  founding: { members: Members; state: Uint8Array }
  fail: (what: string) => void
}

export function createCommittedLog({ founding, fail }: CommittedLogDeps): CommittedLog {
  const entries: Entry[] = []
  const indexOf = new Map<string, number>()
  let members = founding.members

  const founded = createStore()
  founded.restore(founding.state)
  for (let index = 1; index <= founded.applied; index++) {
    const { digest } = founded
    entries.push({
      by: 'founders',
      payload: NOTHING,
      members: told(members),
      command: undefined,
      digest,
    })
  }

  const nothingYet = { members: told(members), digest: founded.digest }

  function write(life: string, index: number, entry: CommittedEntry) {
    if (index !== entries.length + 1) {
      return fail(`${life} delivers ${index}; nobody has delivered ${entries.length + 1}`)
    }
    if (entry.members) members = entry.members
    const command = decodeCommand(entry.payload)
    if (command) indexOf.set(command.proposal, index)
    const { payload } = entry
    entries.push({ by: life, payload, members: told(members), command, digest: undefined })
  }

  return {
    sawCommitted(life, entry, appliedBefore) {
      const { index, payload } = entry
      if (index !== appliedBefore + 1) fail(`${life} delivers ${index} after ${appliedBefore}`)
      const known = entries[index - 1]
      if (!known) return write(life, index, entry)
      if (Buffer.compare(known.payload, payload) !== 0) {
        fail(`${life} delivers another entry at ${index} than ${known.by} did`)
      }
      if (entry.members && told(entry.members) !== known.members) {
        fail(`${life} delivers other members at ${index} than ${known.by} did`)
      }
    },
    sawApplied(life, store) {
      const entry = entries[store.applied - 1]
      if (!entry) return
      entry.digest ??= store.digest
      if (entry.digest !== store.digest) fail(`${life} has another state at ${store.applied}`)
    },
    sawRestored(life, { snapshot, before, store }) {
      const { index } = snapshot
      if (index < before) fail(`${life} goes back to a snapshot of ${index} from ${before}`)
      if (store.applied !== index)
        fail(`${life} calls the state of ${store.applied} that of ${index}`)
      const entry = index === 0 ? nothingYet : entries[index - 1]
      if (!entry) return fail(`${life} restores ${index}, which nobody has delivered`)
      if (entry.digest !== store.digest) fail(`${life} restores another state at ${index}`)
      if (told(snapshot.members) !== entry.members) {
        fail(`${life} restores other members at ${index}: ${told(snapshot.members)}`)
      }
    },
    committed: () => entries.length,
    members: () => members,
    proposalAt: (index) => entries[index - 1]?.command?.proposal,
    indexOf: (proposal) => indexOf.get(proposal),
  }
}

function told({ voters, learners }: Members): string {
  return `${voters.toSorted().join(',')}|${learners.toSorted().join(',')}`
}
