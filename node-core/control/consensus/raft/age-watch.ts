/** Finds out that an older copy of the log was put in its place (docs/adr/0018). */
import { MyceliumError } from '../../../base/errors/index.ts'
import type { RaftErrorCode } from './errors.ts'
import { STALE_HEARTBEATS } from './limits.ts'
import type { StepProblem } from './messages.ts'

export class AgeWatch {
  /** Heartbeats in a row that told of a commit beyond this log. */
  #beyondLog = 0

  /**
   * What was acknowledged was on the disk before, so a leader that counts on more has it from this node.
   * One heartbeat may be late, from before this node left and came back with a new copy. Throws
   * RAFT_LOG_STALE.
   */
  heard(problem: StepProblem | undefined): void {
    this.#beyondLog = problem === 'COMMIT_BEYOND_LOG' ? this.#beyondLog + 1 : 0
    if (this.#beyondLog < STALE_HEARTBEATS) return
    throw new MyceliumError<RaftErrorCode>(
      'RAFT_LOG_STALE',
      'The log of this node is older than what it has acknowledged to its leader.',
    )
  }
}
