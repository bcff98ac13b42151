/**
 * Whether an engine can keep what a container writes to a size. Few can (overlay2 on XFS with project
 * quotas, btrfs, ZFS), and none says so: the first container that is made shows it.
 */
import { isCode, messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'

export interface FixedDisks {
  /** Makes a container, with a disk of a fixed size unless the engine is known to have none. */
  create(make: (disk: { fixedDisk: boolean }) => Promise<void>): Promise<void>
}

/** What engines say of it: `--storage-opt is supported only for …`, `Filesystem does not support … quotas`. */
const REFUSAL = /storage.?opt|support.*quota/i

export function createFixedDisks(logger: Logger): FixedDisks {
  let known: 'can' | 'cannot' | undefined

  return {
    async create(make) {
      if (known !== undefined) return make({ fixedDisk: known === 'can' })
      try {
        await make({ fixedDisk: true })
        known = 'can'
      } catch (error) {
        // What has nothing to do with disks would be refused without one too, and proves nothing.
        if (isCode(error, 'IMAGE_NOT_FOUND') || isCode(error, 'ENGINE_UNAVAILABLE')) throw error
        await make({ fixedDisk: false })
        // One that failed for another reason, and was over at the second try, proves nothing either.
        if (!REFUSAL.test(messageOf(error))) return
        known = 'cannot'
        logger.info('The engine keeps no container to a size on disk: what they write is watched', {
          reason: messageOf(error),
        })
      }
    },
  }
}
