/**
 * Whether what this node shows of the registry has once held, since the start, what the committee has.
 * Before, it is of an earlier life: what came meanwhile is missing from it. It goes by what is heard
 * anyway, and asks nobody.
 */
import type { Follower } from './follower.ts'
import type { Replica } from './replica.ts'

export interface CatchingUpDeps {
  replica(): Pick<Replica, 'hasCome' | 'isRunning' | 'applied' | 'status'> | undefined
  follower(): Pick<Follower, 'copy' | 'status'>
  /** The last entry that the committee has told of, as far as this node has heard. */
  told(): number
}

export function createCatchingUp(deps: CatchingUpDeps): () => boolean {
  let done = false

  function hasFollowed(): boolean {
    const follower = deps.follower()
    return follower.copy() !== undefined && follower.status().level
  }

  function hasLearned(): boolean {
    const replica = deps.replica()
    if (!replica?.hasCome || !replica.isRunning) return false
    const { engine } = replica.status()
    if (!engine?.quorum || engine.leader === undefined) return false
    return replica.applied >= Math.max(engine.committed, deps.told())
  }

  return () => {
    done ||= hasFollowed() || hasLearned()
    return done
  }
}
