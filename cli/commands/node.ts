/** This node and the others: status, list, token, stop. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT } from '../exit-codes.ts'
import type { Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { findNode, readToken } from '../running-node.ts'
import { untilGone } from '../stopping.ts'
import { clockText } from '../text/clock.ts'
import { paint } from '../text/color.ts'
import { adviceOf, committeeLine, committeeRows, roleText, voteText } from '../text/committee.ts'
import { bytes, cores, duration, short } from '../text/format.ts'
import { namingAmong } from '../text/names.ts'
import { pairs, table } from '../text/table.ts'

export function nodeCommands(program: Command, act: Act): void {
  program
    .command('down')
    .summary('stop the node')
    .description('Stops the node of this home in order and waits until it has ended.')
    .addHelpText('after', '\nExample:\n  mycelium down')
    .action(act(down))
  program
    .command('status')
    .summary('this node and its network')
    .description('Shows this node, its network, and what is less than it should be.')
    .addHelpText('after', '\nExample:\n  mycelium status --json')
    .action(act(status))
  program
    .command('nodes')
    .summary('the nodes of the network')
    .description('Lists every node of the network, those out of sight included.')
    .addHelpText('after', '\nExample:\n  mycelium nodes')
    .action(act(nodes))
  program
    .command('token')
    .summary('the key to the API')
    .description('Prints the token that the HTTP API of this node wants.')
    .addHelpText(
      'after',
      '\nExample:\n  curl -H "Authorization: Bearer $(mycelium token)" http://127.0.0.1:7780/api/status',
    )
    .action(act(token))
}

async function down(context: Context): Promise<void> {
  if (!findNode(context.home)) {
    const message = `No node runs on ${context.home}: there is nothing to stop.`
    throw new CommandFailure(EXIT.UNREACHABLE, 'UNREACHABLE', message)
  }
  const node = await context.node()
  const stopping = await node.call.node.stop()
  await untilGone(context, node)
  context.answer(stopping, () => 'The node has stopped.')
}

async function status(context: Context): Promise<void> {
  const node = await context.node()
  const answer = await node.call.node.status()
  // Which of two of one name leads is known by the list alone.
  const isNamed = !context.json && answer.primary !== undefined
  const all = isNamed ? (await node.call.nodes.list()).nodes : []
  context.answer(answer, () => statusText(answer, namingAmong(all)))
}

function statusText(of: Outputs['node']['status'], named: ReturnType<typeof namingAmong>): string {
  const waiting = of.awaitingApproval
  const network = of.network
    ? `${of.network.name} (${short(of.network.id)})`
    : waiting
      ? `${waiting.name}: ${waiting.refused ? 'this computer was not let in' : 'an admin has not yet let this computer in'}`
      : of.starting !== undefined
        ? `${of.starting}: this computer is in, and its parts are starting`
        : 'none yet: mycelium init, or mycelium join'
  const kinds = of.node.kinds.map(({ kind, ok, reason }) => {
    return ok ? kind : `${kind} (not now: ${reason?.message ?? 'unknown'})`
  })
  const text = pairs([
    ['Node', `${of.node.name} (${short(of.node.id)})`],
    ['Owner', of.node.owner.name || short(of.node.owner.id)],
    ['Network', network],
    ['Role', `${roleText(of)}${of.roleAsked ? ` (asked for: ${of.roleAsked})` : ''}`],
    ['Peers', `${of.peers} connected, found by ${of.discoveryTier}`],
    ...committeeRows(of, named),
    ['May', of.node.permissions.join(', ')],
    ['Runs', kinds.join(', ')],
    ['Up for', duration(of.uptimeSeconds)],
    ['API', of.api],
    ['Edge', of.edge],
    ['TLS', tlsText(of)],
    ['Version', of.versions.mycelium],
  ])
  const refused = waiting?.refused
    ? [`${waiting.refused.message} To forget it: mycelium leave`]
    : []
  const wrong = [...refused, ...of.degraded.map(({ message }) => message)]
  const notes = [...wrong.map((message) => `! ${message}`), ...adviceOf(of)]
  return notes.length === 0 ? text : `${text}\n\n${notes.join('\n')}`
}

function tlsText({ tls }: Outputs['node']['status']): string | undefined {
  if (!tls) return undefined
  const [zone] = tls.zones
  return tls.port === undefined ? 'not open' : `https://<workload>.${zone}:${tls.port}`
}

async function nodes(context: Context): Promise<void> {
  const node = await context.node()
  const answer = await node.call.nodes.list()
  const status = await node.call.node.status()
  context.answer(answer, () => {
    const list = table(
      ['NAME', 'STATUS', 'ROLE', 'COMMITTEE', 'OWNER', 'FREE CPU', 'FREE MEMORY', 'KINDS', 'ID'],
      answer.nodes.map((each) => [
        each.self ? `${each.name} (this)` : each.name,
        paint(context.terminal, each.status),
        roleText(each),
        voteText(each),
        each.owner.name,
        cores(each.allocatable.cpuMillis),
        bytes(each.allocatable.memoryBytes),
        offersOf(each),
        short(each.id),
      ]),
    )
    const notes = [
      committeeLine(status, namingAmong(answer.nodes)),
      ...answer.nodes.map(clockText),
    ].filter((line) => line !== undefined)
    return [list, ...(notes.length > 0 ? [notes.join('\n')] : [])].join('\n\n')
  })
  context.notice(`\n${legend(answer.nodes)}`)
}

/** Of the words and signs that stand there. */
function legend(nodes: readonly NodeRow[]): string {
  const roles = new Set(nodes.map(({ role }) => role))
  const lines = [
    ...(roles.has('sclerotia')
      ? ['sclerotia: may vote in the committee, and keeps the registry']
      : []),
    ...(roles.has('rhizomorph')
      ? ['rhizomorph: shares what it has, and votes where it is needed']
      : []),
    ...(roles.has('hypha') ? ['hypha: uses the network, and runs nothing of it'] : []),
    ...(nodes.some((one) => offersOf(one).includes('*')) ? [OWN_ALONE] : []),
  ]
  return lines.join('\n')
}

const OWN_ALONE =
  'process*: of its own owner alone; for others too: mycelium up --strangers process, on that computer'

/** `container,process*,1 of 2 gpus`: with a star what it runs for its own owner alone. */
function offersOf({ kinds, strangers, capacity, allocatable }: NodeRow): string {
  const all = kinds.map((kind) => (strangers?.includes(kind) === false ? `${kind}*` : kind))
  const { gpus } = capacity
  return [...all, ...(gpus === undefined ? [] : [`${allocatable.gpus} of ${gpus} gpus`])].join(',')
}
type NodeRow = Outputs['nodes']['list']['nodes'][number]

async function token(context: Context): Promise<void> {
  const found = readToken(context.home)
  if (found === undefined) {
    const message = `There is no token in ${context.home} yet: mycelium up makes one.`
    throw new CommandFailure(EXIT.NOT_FOUND, 'NOT_FOUND', message)
  }
  context.answer({ token: found }, () => found)
}
