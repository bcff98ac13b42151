/** Founding, joining and leaving on a home that no node runs on: the home is taken for as long as it lasts. */
import { hostname } from 'node:os'
import type { Inventory, Kept, Uninstalled } from '../node-core/uninstalling.ts'
import type { Context } from './context.ts'
import { CommandFailure, EXIT } from './exit-codes.ts'

interface JoinedHome {
  nodeId: string
  peerId: string
  did: string
  networkId: string
}

/** What this computer is called where, and whether it is in yet. */
interface JoinedAs {
  networkName: string
  nodeName: string
  admitted: boolean
}

export async function foundOffline(
  context: Context,
  request: {
    networkName: string
    nodeName?: string
    ownerName?: string
    consensus: 'raft' | 'simplex'
    leaseReads: boolean
  },
  owner: AdoptedOwner | undefined,
): Promise<JoinedHome> {
  return withHome(context, owner, ({ deps, joining, adopting }) =>
    joining.foundInHome(deps, { ...request, owner: adopting }),
  )
}

export async function joinOffline(
  context: Context,
  request: JoinFlags,
  owner: AdoptedOwner | undefined,
): Promise<JoinedHome & JoinedAs> {
  if (request.invite !== undefined) {
    // Before the home is given keys: a mistyped link leaves nothing behind.
    const { parseInvite } = await import('../node-core/identity/index.ts')
    parseInvite(request.invite.trim())
  }
  let as: JoinedAs = { networkName: '', nodeName: '', admitted: false }
  const home = await withHome(context, owner, async ({ deps, joining, adopting, logger }) => {
    const { createJoinClient } = await import('../node-core/network/mesh/index.ts')
    const { clock, identity } = deps
    const client = createJoinClient({ nodeKey: identity.nodeKey, clock, logger }, { mdns: false })
    await client.start()
    try {
      const { invite, seedSpore = '', ...names } = request
      const by = invite === undefined ? { seedSpore } : { invite: invite.trim() }
      const outcome = await joining.joinInHome(deps, client.askToJoin, {
        ...{ by, ...names },
        owner: adopting,
      })
      const { networkId, ...rest } = outcome
      as = rest
      return networkId
    } finally {
      await client.stop()
    }
  })
  return { ...home, ...as }
}

/** What stays as it was, as a node that leaves says it. */
export async function leaveOffline(context: Context): Promise<{
  stays?: { code: string; message: string }
  unended?: { copies: string[]; message: string }
  /** Where the engine was asked what still ran, as DOCKER_HOST says it. */
  engineAddress?: string
}> {
  const { engineAddressOfHome } = await import('../node-core/kept-engine.ts')
  const { leaveInHome } = await import('../node-core/leaving-home.ts')
  const { home, joining, disk, clock, random, logger } = await loadParts(context)
  const lock = home.lockHome(context.home)
  try {
    await disk.clean()
    const identity = () => joining.openIdentity(disk, random)
    const left = await leaveInHome({ disk, identity, clock, logger })
    return { ...left, ...(left.stays && { engineAddress: await engineAddressOfHome(disk) }) }
  } finally {
    lock.release()
  }
}

/** What is there to uninstall; undefined where nothing of ours is. Changes nothing. */
export async function inventoryOf(context: Context): Promise<Inventory | undefined> {
  const { takeInventory } = await import('../node-core/uninstalling.ts')
  const { disk, clock, random, logger } = await loadParts(context)
  return takeInventory({ disk, clock, random, logger })
}

/** @param nothingStays Called before the last files go, where nothing is kept that has to be found again. */
export async function uninstallOffline(
  context: Context,
  kept: Kept,
  nothingStays: () => Promise<void>,
): Promise<Uninstalled> {
  const { uninstall } = await import('../node-core/uninstalling.ts')
  const { home, disk, clock, random, logger } = await loadParts(context)
  const lock = home.lockHome(context.home)
  try {
    await disk.clean()
    const ending = { release: () => lock.release(), nothingStays }
    return await uninstall({ disk, clock, random, logger }, kept, ending)
  } finally {
    lock.release()
  }
}

/** Removes an empty home, or one with a lock alone that nobody holds. False where it is another folder. */
export async function removeRemainder(context: Context): Promise<boolean> {
  const { isRemainder, removeHome } = await import('../node-core/uninstall-home.ts')
  if (!(await isRemainder(context.home))) return false
  const { lockHome } = await import('../node-core/home.ts')
  const lock = lockHome(context.home)
  try {
    await removeHome(context.home, new Set(), () => lock.release())
    return true
  } finally {
    lock.release()
  }
}

/** The owner of another computer, whose this one is to be (docs/adr/0045). */
export interface AdoptedOwner {
  /** As `mycelium owner export` wrote it. */
  sealed: string
  passphrase: string
  /** Where the home has another owner, that is laid aside. */
  replace: boolean
}

/** The key of this home's owner, sealed under a passphrase that was typed or is made here. */
export async function exportOwner(
  context: Context,
  typed: string | undefined,
): Promise<{ owner: string; sealed: string; passphrase: string }> {
  const { disk, random, identity } = await loadParts(context)
  const key = await identity.createKeystore({ disk, random }).heldOwnerKey()
  if (!key) {
    const message = `${context.home} has no owner yet: found or join a network first.`
    throw new CommandFailure(EXIT.NOT_FOUND, 'NO_OWNER', message)
  }
  const { exportOwner: sealedBy } = await import('../node-core/owner-side.ts')
  return sealedBy(key, typed, random)
}

interface JoinFlags {
  invite?: string
  seedSpore?: string
  nodeName?: string
  ownerName?: string
  role?: 'sclerotia' | 'rhizomorph' | 'hypha'
}

/** Loaded here and not before: most commands only speak to a node that runs. */
async function loadParts(context: Context) {
  const [
    joining,
    home,
    identity,
    { createFileDisk },
    { createSystemClock },
    { createSystemRandom },
    log,
  ] = await Promise.all([
    import('../node-core/joining.ts'),
    import('../node-core/home.ts'),
    import('../node-core/identity/index.ts'),
    import('../node-core/base/disk/index.ts'),
    import('../node-core/base/clock/index.ts'),
    import('../node-core/base/random/index.ts'),
    import('../node-core/base/log/index.ts'),
  ])
  return {
    joining,
    home,
    identity,
    disk: createFileDisk(context.home),
    clock: createSystemClock(),
    random: createSystemRandom(),
    logger: log.createPinoLogger({ level: context.verbose ? 'debug' : 'error' }),
  }
}

type Parts = Awaited<ReturnType<typeof loadParts>>
interface OpenHome {
  joining: Parts['joining']
  logger: Parts['logger']
  deps: Parameters<Parts['joining']['foundInHome']>[0]
  /** Laid into the home once it is let in: a way in that fails leaves it whose it was. */
  adopting: Parameters<Parts['joining']['foundInHome']>[1]['owner']
}

async function withHome(
  context: Context,
  owner: AdoptedOwner | undefined,
  enter: (home: OpenHome) => Promise<string>,
): Promise<JoinedHome> {
  const { joining, home, identity: keys, disk, clock, random, logger } = await loadParts(context)
  const key = owner && (await keys.openOwnerKey(owner.sealed, owner.passphrase))
  const adopting = key && { key, replace: owner.replace }
  const lock = home.lockHome(context.home)
  try {
    await disk.clean()
    const identity = await joining.openIdentity(disk, random, key)
    const deps = { disk, identity, clock, random, hostName: hostname() }
    const networkId = await enter({ joining, logger, deps, adopting })
    const { nodeId, peerId, did } = identity
    return { nodeId, peerId, did, networkId }
  } finally {
    lock.release()
  }
}
