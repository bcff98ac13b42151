/** What a new configuration means for the node that has just applied it (Raft §6, thesis §4). */
import { assert } from '../../../base/errors/index.ts'
import { type Configuration, type ConfigurationChange, change } from './configuration.ts'
import { broadcastAppend, maybeCommit, sendAppend } from './replication.ts'
import type { Raft } from './state.ts'

/**
 * Applies a committed change. The leader checked it before it came into the log, so one that makes
 * no sense now means that this node's past differs from the leader's.
 */
export function applyChange(raft: Raft, wanted: ConfigurationChange): Configuration {
  const result = change(raft.tracker.configuration, wanted)
  assert('configuration' in result, 'A committed change of members contradicts the configuration.')
  switchTo(raft, result.configuration)
  return result.configuration
}

export function switchTo(raft: Raft, configuration: Configuration): void {
  raft.tracker.switchTo(configuration, raft.log.lastIndex)
  if (raft.role !== 'leader') return
  const own = raft.tracker.progress.get(raft.id)
  if (own === undefined || own.isLearner) {
    // Thesis §4.2.2: a leader that is no member any more steps down once that is committed.
    if (raft.options.stepDownOnRemoval) raft.becomeFollower(raft.term, undefined)
    return
  }
  if (configuration.voters.length === 0) return
  if (maybeCommit(raft)) {
    // A smaller quorum may have made more entries committed.
    broadcastAppend(raft)
  } else {
    for (const node of raft.tracker.progress.keys()) {
      if (node !== raft.id) sendAppend(raft, node, false)
    }
  }
  if (raft.transferee !== undefined && !raft.tracker.voters().includes(raft.transferee)) {
    raft.transferee = undefined
  }
}
