/** The state of the state machine after one entry, in place of all entries up to it (Raft §7). */
import type { Configuration } from './configuration.ts'
import type { EntryId } from './positions.ts'

export interface Snapshot extends EntryId {
  /** As of that entry. */
  readonly configuration: Configuration
  readonly state: Uint8Array
}
