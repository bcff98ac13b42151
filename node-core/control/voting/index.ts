/**
 * The owner's votes on proposals of members (docs/adr/0050): what was chosen stays on this computer until
 * the voting has closed, and is revealed then by the node itself.
 *
 * ```ts
 * const voting = createVoting({ primary, owner, network, disk, … })
 * await voting.start()
 * await voting.vote(3, 'yes')   // 'committed', or 'kept' where no majority is in reach now
 * voting.own(3)                 // 'revealed', once it is
 * ```
 *
 * Promises:
 * - Nothing is committed to that would not survive power loss here.
 * - A choice is told to nobody, and written into no log, before the voting has closed.
 * - What was voted is sent and revealed however often the node starts anew and the committee loses its
 *   majority meanwhile, or its owner is told that it came too late.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Random } from '../../base/random/index.ts'
import type { NetworkId, OwnerId } from '../../identity/index.ts'
import type { Primary, PrimaryStatus } from '../primary/index.ts'
import type { Choice } from '../registry/index.ts'

export interface Voting extends Lifecycle {
  /**
   * In place of what its owner said before. Throws NOT_FOUND, OVER, NOT_ELIGIBLE and other refusals,
   * NOT_RUNNING where this node has no copy of the registry, DISK_FULL where it could not be kept.
   */
  vote(proposal: number, choice: Choice): Promise<OwnVote>
  /** Whether the owner's vote would be taken now, as far as this node's copy tells. */
  mayVote(proposal: number): boolean
  /** What became of the owner's vote. */
  own(proposal: number): OwnVote
}

export type OwnVote =
  | 'none'
  /** Here, and not yet in the registry: it is sent as soon as that can be. */
  | 'kept'
  /** In the registry, hidden. */
  | 'committed'
  /** The registry has one that is not of this home: another computer of its owner reveals it. */
  | 'elsewhere'
  | 'revealed'
  /** It did not get into the registry before the voting closed. */
  | 'missed'
  /** It was committed to and not revealed in time. */
  | 'silent'

export interface VotingDeps {
  primary: Pick<Primary, 'execute' | 'view' | 'subscribe'> & {
    status(): Pick<PrimaryStatus, 'caughtUp'>
  }
  owner: OwnerId
  network: NetworkId
  disk: Pick<Disk, 'read' | 'writeAtomic'>
  clock: Clock
  random: Random
  logger: Logger
}

export { createVoting } from './voting.ts'
