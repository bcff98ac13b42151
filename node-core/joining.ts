/**
 * From a home without a network to a home with one: found it, join it by invite, by seed file or by
 * the address of a node found nearby. Works on a home that no node runs on, and inside one that does.
 */
import { type Clock, toTimestamp } from './base/clock/index.ts'
import type { Disk } from './base/disk/index.ts'
import { MyceliumError } from './base/errors/index.ts'
import type { NodeId } from './base/net/index.ts'
import type { Random } from './base/random/index.ts'
import { foundPrimary } from './control/primary/index.ts'
import {
  clearUnfinished,
  hasHistory,
  readNetwork,
  readSettings,
  type Settings,
  type StoredNetwork,
  writeNetwork,
  writeSettings,
} from './home.ts'
import {
  type ConsensusEngine,
  createKeystore,
  didOf,
  foundNetwork,
  type KeyPair,
  type NetworkId,
  nodeIdOf,
  type OwnerId,
  ownerIdOf,
  parseInvite,
  peerIdOf,
  type Role,
} from './identity/index.ts'
import {
  type Admitted,
  askAbout,
  askToBeLetIn,
  founderCredential,
  type JoinTarget,
  joinByInvite,
  type NewcomerDeps,
  verifySeed,
  type Waiting,
} from './network/admission/index.ts'
import type { Mesh } from './network/mesh/index.ts'
import { openSeedStore, rememberSeed } from './network/seeds/index.ts'
import { isSpore, verifySpore } from './network/spores/index.ts'

/** The keys of a home and their names. */
export interface Identity {
  nodeKey: KeyPair
  ownerKey: KeyPair
  nodeId: NodeId
  ownerId: OwnerId
  peerId: string
  did: string
}

/** Of a spore document, which may name hundreds. */
const SEED_ADDRESSES_ASKED = 16

/** What founding and joining need of the world. */
export interface JoiningDeps {
  disk: Disk
  identity: Identity
  clock: Clock
  random: Random
  /** What this computer is called unless told otherwise: its host name. */
  hostName: string
}

export interface FoundRequest {
  networkName: string
  nodeName?: string | undefined
  ownerName?: string | undefined
  consensus: ConsensusEngine
  /** Under Raft alone. */
  leaseReads?: boolean | undefined
  owner?: NewOwner | undefined
}

export interface JoinRequest {
  by: { invite: string } | { seedSpore: string } | { address: string }
  nodeName?: string | undefined
  ownerName?: string | undefined
  role?: Role | undefined
  owner?: NewOwner | undefined
}

/** An owner who has another computer already, and whose this one is to be (docs/adr/0045). */
export interface NewOwner {
  key: KeyPair
  /** Lay aside who the home belongs to, though something may hang on that. */
  replace: boolean
}

export type JoiningErrorCode =
  /** This home belongs to a network already. */
  'IN_A_NETWORK'

/**
 * Makes a home that of an owner who has another computer already; before it joins, since what it runs
 * and what it certified would else be somebody else's. On the key of a home that was in no network
 * yet nothing hangs, so it is laid aside without asking. Throws IN_A_NETWORK, OWNER_KEY_EXISTS.
 */
export async function adoptOwner(
  { disk, random }: Pick<JoiningDeps, 'disk' | 'random'>,
  { key, replace }: NewOwner,
): Promise<void> {
  await refuseSecondNetwork(disk)
  const isUnused = !(await hasHistory(disk))
  await createKeystore({ disk, random }).adoptOwnerKey(key, { replace: replace || isUnused })
}

/**
 * The same on a home that a node runs on: it speaks as that owner from the start, and the key lies in
 * the home once it is let in, so that a way in that fails leaves the home whose it was.
 */
async function speakingAs(deps: JoiningDeps, owner: NewOwner | undefined) {
  await refuseSecondNetwork(deps.disk)
  if (!owner) return { deps, keep: async () => {} }
  const { disk, random, identity } = deps
  const replace = owner.replace || !(await hasHistory(disk))
  await createKeystore({ disk, random }).mayAdoptOwnerKey(owner.key, { replace })
  const { key } = owner
  const its = { ...identity, ownerKey: key, ownerId: ownerIdOf(key.publicKey) }
  return { deps: { ...deps, identity: its }, keep: () => adoptOwner(deps, owner) }
}

/** @param owner Whose the home is to be once it is let in: no other key is made for it. */
export async function openIdentity(disk: Disk, random: Random, owner?: KeyPair): Promise<Identity> {
  const keystore = createKeystore({ disk, random })
  const nodeKey = await keystore.nodeKey()
  const ownerKey = owner ?? (await keystore.ownerKey())
  return {
    nodeKey,
    ownerKey,
    nodeId: nodeIdOf(nodeKey.publicKey),
    ownerId: ownerIdOf(ownerKey.publicKey),
    peerId: peerIdOf(nodeKey.publicKey),
    did: didOf(nodeKey.publicKey),
  }
}

/** Founds a network in this home. Throws IN_A_NETWORK when it has one. */
export async function foundInHome(home: JoiningDeps, request: FoundRequest): Promise<NetworkId> {
  const { deps, keep } = await speakingAs(home, request.owner)
  const { identity, clock, random } = deps
  const network = foundNetwork(
    identity.ownerKey,
    {
      name: request.networkName,
      consensus: request.consensus,
      createdAt: toTimestamp(clock.wallMs()),
      ...(request.consensus === 'simplex' && { voters: [identity.nodeId] }),
      ...(request.leaseReads && { leaseReads: true }),
    },
    random,
  )
  const names = await readSettings(deps.disk)
  const nodeName = request.nodeName ?? names.name ?? deps.hostName
  const keys = {
    ...identity,
    clock,
    random,
    ownerName: request.ownerName ?? names.ownerName ?? nodeName,
  }
  await keep()
  // It keeps the registry from the first moment, which is what the role says.
  const { nodeName: name, ownerName } = request
  await remember(deps, { name, ownerName, role: names.role ?? 'sclerotia' })
  const credential = founderCredential(keys, network)
  await clearUnfinished(deps.disk)
  // Before the genesis, without which the network was not founded.
  await foundPrimary(deps.disk)
  await writeNetwork(deps.disk, { genesis: network.bytes, credential })
  return network.id
}

/**
 * Asks to be let in. Admitted at once by invite; by seed file or address an admin has to approve,
 * and the home remembers that it waits.
 */
export async function joinInHome(
  home: JoiningDeps,
  askToJoin: Mesh['askToJoin'],
  request: JoinRequest,
): Promise<{ networkId: NetworkId; networkName: string; nodeName: string; admitted: boolean }> {
  const { deps, keep } = await speakingAs(home, request.owner)
  const settings = await readSettings(deps.disk)
  const names = {
    name: request.nodeName ?? settings.name,
    ownerName: request.ownerName ?? settings.ownerName,
    role: request.role ?? settings.role,
  }
  const newcomer = newcomerOf(deps, askToJoin, names)
  const into = ({ network }: Admitted | Waiting, admitted: boolean) => {
    const { nodeName } = newcomer
    return { networkId: network.id, networkName: network.genesis.name, nodeName, admitted }
  }
  if ('invite' in request.by) {
    const role = names.role ?? parseInvite(request.by.invite).role
    const admitted = await joinByInvite(newcomer, request.by.invite)
    await keep()
    await keepAdmitted(deps, admitted, { ...names, role })
    return into(admitted, true)
  }
  const outcome = await askToBeLetIn(newcomer, await whereToAsk(deps, newcomer, request.by))
  await keep()
  if ('seedSpore' in request.by) await rememberSeed(deps.disk, request.by.seedSpore)
  if ('admitted' in outcome) {
    await keepAdmitted(deps, outcome.admitted, names)
    return into(outcome.admitted, true)
  }
  await keepWaiting(deps, outcome.waiting, names)
  return into(outcome.waiting, false)
}

/** What a newcomer shows, from what the home knows. */
export function newcomerOf(
  deps: JoiningDeps,
  askToJoin: Mesh['askToJoin'],
  names: Pick<Settings, 'name' | 'ownerName'>,
): NewcomerDeps {
  const nodeName = names.name ?? deps.hostName
  return {
    askToJoin,
    nodeKey: deps.identity.nodeKey,
    ownerKey: deps.identity.ownerKey,
    nodeName,
    ownerName: names.ownerName ?? nodeName,
    clock: deps.clock,
    random: deps.random,
  }
}

/** Writes what an admitted newcomer needs to start as a member. */
export async function keepAdmitted(
  deps: Pick<JoiningDeps, 'disk'>,
  admitted: Admitted,
  names: NamesChosen = {},
): Promise<StoredNetwork> {
  await remember(deps, { ...names, contacts: admitted.addresses, awaiting: undefined })
  const stored = { genesis: admitted.network.bytes, credential: admitted.credential }
  await clearUnfinished(deps.disk)
  await writeNetwork(deps.disk, stored)
  return stored
}

type NamesChosen = { [Key in 'name' | 'ownerName' | 'role']?: Settings[Key] | undefined }

async function keepWaiting(deps: JoiningDeps, waiting: Waiting, names: NamesChosen) {
  const { network, addresses, since } = waiting
  const awaiting = {
    network: network.id,
    name: network.genesis.name,
    since,
    addresses,
  }
  await remember(deps, { ...names, awaiting })
}

/** Adds to the settings of the home; a field given as undefined is taken away if `awaiting`. */
async function remember(
  { disk }: Pick<JoiningDeps, 'disk'>,
  change: { [Key in keyof Settings]?: Settings[Key] | undefined },
): Promise<void> {
  const { awaiting, ...before } = await readSettings(disk)
  const entries = Object.entries(change).filter(([, value]) => value !== undefined)
  const kept = 'awaiting' in change || awaiting === undefined ? {} : { awaiting }
  await writeSettings(disk, { ...before, ...kept, ...Object.fromEntries(entries) })
}

async function refuseSecondNetwork(disk: Disk): Promise<void> {
  if ((await readNetwork(disk)) === undefined) return
  throw new MyceliumError<JoiningErrorCode>(
    'IN_A_NETWORK',
    'This computer is in a network already. Leave it first, or use another home.',
  )
}

/** Which network to ask, and where: from a verified seed document, or from whoever answers there. */
async function whereToAsk(
  deps: JoiningDeps,
  newcomer: NewcomerDeps,
  by: { seedSpore: string } | { address: string },
): Promise<JoinTarget> {
  if ('address' in by) {
    const { network } = await askAbout(newcomer, by.address)
    return { network, addresses: [by.address] }
  }
  const { clock } = deps
  const nowMs = clock.wallMs()
  const found = await openSeedStore(by.seedSpore, { clock }).read()
  if (!found) throw new MyceliumError('SEED_UNREACHABLE', `Nothing lies at ${by.seedSpore}.`)
  if (isSpore(found.bytes)) {
    const { network, document } = verifySpore(found.bytes, { nowMs })
    const addresses = document.nodes.flatMap((node) => node.addresses)
    return { network: network.id, addresses: addresses.slice(0, SEED_ADDRESSES_ASKED) }
  }
  const seed = verifySeed(new TextDecoder().decode(found.bytes), { nowMs })
  return { network: seed.network.id, addresses: seed.addresses }
}
