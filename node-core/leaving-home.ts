/** Leaves where no node runs: the home forgets its network, and nobody is told. */
import type { Left } from './api/handlers/index.ts'
import type { Clock } from './base/clock/index.ts'
import type { FileDisk } from './base/disk/index.ts'
import { MyceliumError } from './base/errors/index.ts'
import type { Logger } from './base/log/index.ts'
import { forgetDoors } from './door-folders.ts'
import { forgetNetwork, forgetWaiting, readNetwork, readSettings } from './home.ts'
import type { Identity } from './joining.ts'
import { engineOfHome, hadEngine } from './kept-engine.ts'
import { notHeard } from './leaving.ts'
import { openLeftData, openLeftovers } from './left-side.ts'
import { endLeft } from './left-work.ts'

/**
 * The home has to be held. What a node that was killed left running is ended. The answer says what stays as it
 * was; nothing where nobody can know of this computer, or it only waited to be let in. Throws CONFLICT where it is in no network.
 */
export async function leaveInHome(deps: {
  disk: FileDisk
  /** Opened only where there is something to leave: a home without keys gets none by this. */
  identity(): Promise<Pick<Identity, 'nodeId' | 'ownerId'>>
  clock: Clock
  logger: Logger
}): Promise<Left> {
  const { disk, clock, logger } = deps
  if (await readNetwork(disk)) {
    // First: what is kept for slots is removed in its time only where it is written down when it was left.
    const identity = await deps.identity()
    const isKnown = await mayBeKnown(disk)
    const engine = await engineOfHome(disk)
    const own = { disk, clock, logger, engine, node: identity.nodeId }
    const leftovers = openLeftovers(own)
    await openLeftData({ ...own, leftovers }).leave()
    await forgetNetwork(disk)
    await forgetDoors(own)
    // Where no node of this home ever had an engine there can be no containers.
    const ran = (await hadEngine(disk)) ? 'unknown' : []
    const unended = await endLeft({ ...own, identity, leftovers, ran })
    const stays = isKnown ? { stays: notHeard('No node ran here') } : {}
    return { ...stays, ...(unended && { unended }) }
  }
  if (!(await readSettings(disk)).awaiting) {
    throw new MyceliumError('CONFLICT', 'This computer is in no network, and waits for none.', {
      details: { reason: 'NO_NETWORK' },
    })
  }
  await forgetWaiting(disk)
  return {}
}

/** Of a network that was founded here, and never ran, nobody else can know. */
async function mayBeKnown(disk: FileDisk): Promise<boolean> {
  const { contacts = [] } = await readSettings(disk)
  const ofRuns = await Promise.all(['state.db', 'peers.cbor'].map((file) => disk.size(file)))
  return contacts.length > 0 || ofRuns.some((size) => size !== undefined)
}
