/** Leaves where no node runs: the home forgets its network, and nobody is told. */
import type { Reason } from './api/handlers/index.ts'
import type { Clock } from './base/clock/index.ts'
import type { Disk } from './base/disk/index.ts'
import { MyceliumError } from './base/errors/index.ts'
import type { Logger } from './base/log/index.ts'
import { forgetNetwork, forgetWaiting, readNetwork, readSettings } from './home.ts'
import type { Identity } from './joining.ts'
import { notHeard } from './leaving.ts'
import { openLeftData } from './left-side.ts'

/**
 * The home has to be held. The answer says what stays as it was; undefined where this computer only waited
 * to be let in. Throws CONFLICT where it is in no network.
 */
export async function leaveInHome(deps: {
  disk: Disk
  /** Opened only where there is something to leave: a home without keys gets none by this. */
  identity(): Promise<Pick<Identity, 'nodeId'>>
  clock: Clock
  logger: Logger
}): Promise<Reason | undefined> {
  const { disk, clock, logger } = deps
  if (await readNetwork(disk)) {
    // First: what is kept for slots is removed in its time only where it is written down when it was left.
    const { nodeId: node } = await deps.identity()
    await openLeftData({ disk, clock, logger, config: {}, node }).leave()
    await forgetNetwork(disk)
    return notHeard('No node ran here')
  }
  if (!(await readSettings(disk)).awaiting) {
    throw new MyceliumError('CONFLICT', 'This computer is in no network, and waits for none.', {
      details: { reason: 'NO_NETWORK' },
    })
  }
  await forgetWaiting(disk)
  return undefined
}
