/** Founding and joining a network, inviting into it, and leaving it. */
import path from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT, wrongUsage } from '../exit-codes.ts'
import { line } from '../lines.ts'
import type { NodeClient, Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { findNode, wasInNetwork } from '../running-node.ts'
import { isOneOf, ROLES } from '../text/choices.ts'
import { copyName } from '../text/copy-name.ts'
import { bytes } from '../text/format.ts'
import { nameGiven } from '../text/parse.ts'
import { pairs } from '../text/table.ts'
import { inviteCommand } from './invite.ts'
import { whatStays } from './left-data.ts'
import { addOwnerFlags, adoptedOwner, type OwnerFlags } from './owner-flags.ts'

export function networkCommands(program: Command, act: Act): void {
  const founding = program
    .command('init')
    .summary('found a network')
    .description('Founds a network and gives this computer its identity.')
    .requiredOption('--network-name <name>', 'what people call the network')
    .option('--name <node>', 'what this computer is called (default: its host name)')
    .option('--owner-name <name>', 'what you are called in it (default: as this computer)')
    .option('--consensus <engine>', 'raft (trusted machines) or simplex (strangers)', 'raft')
    .option('--lease-reads', 'the leader alone answers reads: faster; for ever, with raft alone')
  addOwnerFlags(founding)
    .addHelpText(
      'after',
      '\nExample:\n  mycelium init --network-name Garden --name attic --owner-name Ada',
    )
    .action(act(init))
  const joining = program
    .command('join')
    .summary('join a network')
    .description('Joins a network by an invite, or asks to be let in by a seed file.')
    .argument('[invite]', 'the link that an invite gave: mycelium://join?…')
    .option('--seed-spore <url-or-file>', 'signed seed document; an admin has to approve')
    .option('--name <node>', 'what this computer is called (default: its host name)')
    .option('--owner-name <name>', 'what you are called in it (default: as this computer)')
    .option('--role <role>', ROLES.join(', '))
  addOwnerFlags(joining)
    .addHelpText(
      'after',
      "\nExamples:\n  mycelium join 'mycelium://join?…' --name ben\n" +
        "  mycelium join 'mycelium://join?…' --owner ada.owner   # a second computer of yours",
    )
    .action(act(join))
  inviteCommand(program, act)
  program
    .command('leave')
    .summary('leave the network')
    .description('Says goodbye, ends what runs here, and forgets the network. The identity stays.')
    .option('--yes', 'though nobody is left who decides about members, or data is out of reach')
    .option('--force', 'even if the others lose the registry, or wait for a vote')
    .option('--offline', 'where no node runs and none starts: nobody is told')
    .addHelpText('after', '\nExample:\n  mycelium leave')
    .action(act(leave))
}

interface LeaveFlags {
  yes?: boolean
  force?: boolean
  offline?: boolean
}

async function leave(
  context: Context,
  _: string[],
  { yes = false, force = false, offline = false }: LeaveFlags,
): Promise<void> {
  if (offline) return await leaveUnheard(context, yes)
  const node = await context.node(wasInNetwork(context.home) ? NOT_STARTING : '')
  const status = await node.call.node.status()
  const { lost, stranded, ends } = status.network ? await whatGoes(node, status.node) : NOTHING
  const why = [lost, stranded].filter((text) => text !== undefined).join('\n')
  if (why !== '' && !yes) await requireYes(why, lost === undefined ? 'DATA_HERE' : 'LAST_ADMIN')
  if (status.primary && status.primary.role !== 'none') context.notice(GIVES_BACK)
  const answer = await node.call.network.leave({ force })
  context.answer(answer, () =>
    status.awaitingApproval ? WITHDRAWN(status.awaitingApproval.name) : 'Left the network.',
  )
  if (answer.stays) context.notice(answer.stays.message)
  const { unended } = answer
  const ended = ends.filter((copy) => !unended?.copies.includes(copy))
  if (ended.length > 0 && lost !== LAST_ONE) context.notice(whatEnded(ended, status.node.name))
  if (unended) context.notice(unended.message)
  context.notice(KEYS_STAY)
  // It has left, whether its engine answers or not.
  const left = await node.call.volumes.listLeft().catch(() => ({ volumes: [] }))
  const stays = whatStays(left.volumes)
  if (stays !== undefined) context.notice(stays)
  const space = await node.call.space.show().catch(() => undefined)
  if (space && space.reclaimableBytes > 0) {
    const amount = bytes(space.reclaimableBytes)
    context.notice(`Images that it fetched stay too, ${amount}. To free that: mycelium reclaim`)
  }
}

const NOT_STARTING =
  'If it does not start, this leaves without telling anybody: mycelium leave --offline'

async function leaveUnheard(context: Context, yes: boolean): Promise<void> {
  if (findNode(context.home)) {
    const message = 'A node runs here, and can tell the others: mycelium leave, without --offline.'
    throw new CommandFailure(EXIT.REFUSED, 'HOME_IN_USE', message)
  }
  if (!yes) await requireYes(UNHEARD, 'NOT_HEARD')
  const answer = await (await import('../offline.ts')).leaveOffline(context)
  context.answer(answer, () => 'Left the network.')
  if (answer.stays) context.notice(answer.stays.message)
  if (answer.engineAddress !== undefined) {
    context.notice(`Docker was asked at ${answer.engineAddress} what a killed node left running.`)
  }
  if (answer.unended) context.notice(answer.unended.message)
  context.notice(KEYS_STAY)
}

/** Without a node nobody knows which of these is so. */
const UNHEARD =
  'Nobody is told: the others go on waiting for this computer and, if it has one, for its vote in the ' +
  'committee. If no other computer keeps the registry of the network, that ends with it; if no other is ' +
  'an admin’s, nobody who stays can let others in. ' +
  'What a killed node left running is ended. Data of workloads stays here, and is removed 30 ' +
  'days later by the node that runs on this home.'

/** What goes with this computer, what nobody has while it is away, and what ends on it. */
interface Going {
  lost?: string | undefined
  stranded?: string | undefined
  ends: readonly string[]
}

/** Of a network whose parts do not run nothing has come about here, and there is nobody to ask. */
const NOTHING: Going = { ends: [] }

const WITHDRAWN = (network: string) => `This computer no longer asks to be let into ${network}.`

export async function whatGoes(
  { call }: Pick<NodeClient, 'call'>,
  self: { id: string },
  then: string = UNTIL_IT_JOINS,
): Promise<Going> {
  const { members } = await call.members.list()
  const { volumes } = await call.volumes.list()
  const { workloads } = await call.workloads.list()
  return {
    lost: lossOf(members, self.id),
    stranded: strandedBy(volumes, self.id, then),
    ends: copiesOn(workloads, self.id),
  }
}

function copiesOn(
  workloads: Outputs['workloads']['list']['workloads'],
  self: string,
): readonly string[] {
  const copies = workloads.flatMap(({ name, instances }) => {
    const here = instances.filter(({ node, ended }) => node === self && !ended)
    return here.map(({ index }) => copyName(name, index))
  })
  return copies.sort()
}

/** There is no hand-over when a computer leaves. */
function whatEnded(copies: readonly string[], self: string): string {
  return (
    `What ran here has ended: ${copies.join(', ')}. Other computers start what they have room for. ` +
    `Before a computer leaves, this has its work run there first: mycelium drain ${self} --wait`
  )
}

const KEYS_STAY =
  'The keys of this computer and of its owner stay (`identity/`): with them it can join again as the same.'

type Members = Outputs['members']['list']['members']

/** What goes with this computer that no other one can do; undefined where nothing does. */
function lossOf(members: Members, self: string): string | undefined {
  const own = members.find(({ nodes }) => nodes.includes(self))
  if (!own?.permissions.includes('admin')) return undefined
  const rest = members.filter(({ state }) => state === 'member')
  const stays = rest.some(({ permissions, nodes }) => {
    return permissions.includes('admin') && nodes.some((id) => id !== self)
  })
  if (stays) return undefined
  const isAlone = rest.every(({ nodes }) => nodes.every((id) => id === self))
  return isAlone ? LAST_ONE : LAST_ADMIN
}

/** Which data nobody has while this computer is away; undefined where it keeps none. */
function strandedBy(
  volumes: Outputs['volumes']['list']['volumes'],
  self: string,
  then: string,
): string | undefined {
  const here = volumes.filter(({ node, state }) => node === self && state !== 'deleted')
  if (here.length === 0) return undefined
  const whose = here.map(
    ({ workload, index, owner }) => `${copyName(workload, index)} (${owner.name})`,
  )
  return `This computer keeps the data of ${[...new Set(whose)].join(', ')}. It does not go elsewhere: ${then}`
}

const UNTIL_IT_JOINS =
  'what needs it waits until this computer joins again, within 30 days: then it is removed.'

const LAST_ONE =
  'No other computer is in this network: it ends, with all keys, secrets and workloads in it.'
const LAST_ADMIN =
  'No other computer of an admin is in this network. Nobody who stays can let others in, change what ' +
  'they may do, remove them, or go on if the committee is lost. To avoid that: ' +
  'mycelium members grant OWNER admin invite'

/** A person is asked, a program has to say so beforehand. */
export async function requireYes(lost: string, code: string, act = 'leave'): Promise<void> {
  const question = `${lost}\n${act[0]?.toUpperCase()}${act.slice(1)} all the same? [y/N] `
  const said = process.stdin.isTTY ? await line(process, question) : ''
  if (/^y(es)?$/i.test(said.trim())) return
  throw new CommandFailure(EXIT.REFUSED, code, `${lost}\nTo ${act} all the same: --yes.`)
}

/** Which takes as long as the others take to agree. */
const GIVES_BACK = 'This computer gives its vote in the committee back first: some seconds.'

const BACK_UP =
  '\nYour key is on this computer alone. To back it up: mycelium owner export me.owner'

/** To whoever has a new key: who brought a file has that copy, and who was in a network was told then. */
function offersBackUp(home: string, owner: unknown): boolean {
  return owner === undefined && !wasInNetwork(home)
}

interface Joined {
  nodeId: string
  peerId: string
  did: string
  networkId: string
}

function namesGiven({ name, ownerName }: { name?: string; ownerName?: string }) {
  return {
    ...(name !== undefined && { nodeName: nameGiven('--name', name) }),
    ...(ownerName !== undefined && { ownerName: nameGiven('--owner-name', ownerName) }),
  }
}

interface JoinedAs {
  networkName: string
  nodeName: string
  admitted: boolean
}

async function init(
  context: Context,
  _args: string[],
  options: {
    networkName: string
    name?: string
    ownerName?: string
    consensus: string
    leaseReads?: boolean
  } & OwnerFlags,
): Promise<void> {
  const { consensus, leaseReads = false } = options
  const networkName = nameGiven('--network-name', options.networkName)
  if (consensus !== 'raft' && consensus !== 'simplex') {
    throw wrongUsage('--consensus: raft or simplex.')
  }
  if (leaseReads && consensus !== 'raft') {
    throw wrongUsage('--lease-reads: only raft has a leader whose lease could answer.')
  }
  const request = {
    networkName,
    consensus,
    leaseReads,
    ...namesGiven(options),
  } as const
  const running = findNode(context.home) !== undefined
  const owner = await adoptedOwner(options)
  const isKeyNew = offersBackUp(context.home, owner)
  const joined: Joined = running
    ? await (await context.node()).call.network.found({ ...request, ...(owner && { owner }) })
    : await (await import('../offline.ts')).foundOffline(context, request, owner)
  const { nodeId, peerId, did, networkId } = joined
  context.answer({ nodeId, peerId, did, networkId }, () => {
    return `Founded “${networkName}”.\n\n${identityText(joined)}`
  })
  if (isKeyNew) context.notice(BACK_UP)
  if (!running) context.notice('\nNext: mycelium up')
}

async function join(
  context: Context,
  [invite]: string[],
  options: { seedSpore?: string; name?: string; ownerName?: string; role?: string } & OwnerFlags,
): Promise<void> {
  const { seedSpore, role } = options
  if ((invite === undefined) === (seedSpore === undefined)) {
    throw wrongUsage('Give an invite, or --seed-spore with a URL or a file.')
  }
  if (role !== undefined && !isOneOf(ROLES, role)) throw wrongUsage(`--role: ${ROLES.join(', ')}.`)
  const request = {
    ...(invite !== undefined && { invite }),
    ...(seedSpore !== undefined && { seedSpore: absoluteUnlessUrl(seedSpore) }),
    ...namesGiven(options),
    ...(role !== undefined && { role }),
  }
  const running = findNode(context.home) !== undefined
  const owner = await adoptedOwner(options)
  const isKeyNew = offersBackUp(context.home, owner)
  const joined: Joined & JoinedAs = running
    ? await (await context.node()).call.network.join({ ...request, ...(owner && { owner }) })
    : await (await import('../offline.ts')).joinOffline(context, request, owner)
  context.answer(joined, () => {
    const { networkName, nodeName, admitted } = joined
    const into = admitted ? `Joined “${networkName}”` : `Asked “${networkName}” to be let in`
    return `${into} as ${nodeName}.\n\n${identityText(joined)}`
  })
  if (!joined.admitted) {
    context.notice('\nAn admin has to let you in, with: mycelium members approve')
  }
  if (role === 'sclerotia') context.notice(AS_SCLEROTIA)
  if (isKeyNew) context.notice(BACK_UP)
  if (!running) context.notice('\nNext: mycelium up')
}

const AS_SCLEROTIA =
  '\nUnless you are an admin here, the network keeps it as rhizomorph, and takes it before others when a ' +
  'vote is needed: mycelium contribute'

function identityText({ nodeId, peerId, did, networkId }: Joined): string {
  return pairs([
    ['Network', networkId],
    ['Node', nodeId],
    ['Peer', peerId],
    ['DID', did],
  ])
}

/** The node may run in another folder than this command. */
function absoluteUnlessUrl(text: string): string {
  return /^https?:\/\//.test(text) ? text : path.resolve(text)
}
