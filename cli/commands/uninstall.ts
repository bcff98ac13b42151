/** Takes everything of a home off this computer, but what its owner keeps. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import type { Inventory, Kept, Uninstalled } from '../../node-core/uninstalling.ts'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT } from '../exit-codes.ts'
import type { Act } from '../run.ts'
import { findNode } from '../running-node.ts'
import { untilGone } from '../stopping.ts'
import { copyName } from '../text/copy-name.ts'
import { bytes } from '../text/format.ts'
import { dropConfig, isMarked, keepConfig, markConfig } from '../uninstalled-config.ts'
import { requireYes, whatGoes } from './network.ts'

interface Flags {
  keep?: boolean
  forGood?: boolean
  force?: boolean
  dryRun?: boolean
  yes?: boolean
}

export function uninstallCommand(program: Command, act: Act): void {
  program
    .command('uninstall')
    .summary('take everything of ours off this computer')
    .description(
      'Leaves the network, ends what runs, and removes what this home has on this computer: containers, ' +
        'programs, images that it fetched, networks of the engine, rules of the firewall, and the home with its ' +
        'keys. Data of workloads is kept for 30 days. Says first what that is, and how much. It can be ' +
        'stopped and run again at any moment.',
    )
    .option('--keep', 'keep the keys of this computer and of its owner (identity/)')
    .option('--for-good', 'remove data of workloads now')
    .option('--force', 'even if the others lose the registry, or wait for a vote')
    .option('--dry-run', 'say what would go, and change nothing')
    .option('--yes', 'do not ask')
    .addHelpText('after', '\nExample:\n  mycelium uninstall --dry-run')
    .action(act(uninstall))
}

async function uninstall(context: Context, _: string[], flags: Flags): Promise<void> {
  const { keep: keys = false, forGood = false, force = false } = flags
  const offline = await import('../offline.ts')
  const there = await offline.inventoryOf(context)
  if (!there) {
    if (!flags.dryRun) await removeLast(context)
    return context.answer({ found: false }, () => `Nothing of ours is on ${context.home}.`)
  }
  const kept = { keys, forGood }
  const hasNode = findNode(context.home) !== undefined
  const lost = hasNode ? await whatOthersLose(context, kept) : []
  const list = [listOf(context.home, there, kept, hasNode), ...lost].join('\n')
  if (flags.dryRun) return context.answer({ found: true, ...there }, () => list)
  if (!flags.yes) await requireYes(list, 'UNINSTALL', 'uninstall')
  else context.notice(list)
  const stays = await leaveAndStop(context, force)
  const done = await offline.uninstallOffline(context, kept, () => markConfig(context))
  if (isAllGone(done)) await dropConfig(context)
  else await keepConfig(context)
  const left = stays ?? done.left.stays
  context.answer({ found: true, ...there, ...done, ...(left && { left: { stays: left } }) }, () => {
    return remainsText(context, there, done)
  })
  if (left) context.notice(left.message)
  if (!done.engine || done.stuck.length > 0) {
    const message = `Not all of it is gone. Run it again: mycelium uninstall`
    throw new CommandFailure(EXIT.LEFT_BEHIND, 'LEFT_BEHIND', message)
  }
}

/** What goes with this computer that no other has; without a node nobody knows. */
async function whatOthersLose(context: Context, { keys, forGood }: Kept): Promise<string[]> {
  const node = await context.node()
  const status = await node.call.node.status()
  const then = keys ? undefined : NEVER_AGAIN
  const { lost, stranded } = status.network ? await whatGoes(node, status.node, then) : {}
  // What goes for good waits for no return of this computer, and is listed as that.
  return [lost, forGood ? undefined : stranded].filter((text) => text !== undefined)
}

const NEVER_AGAIN =
  'without the keys of this computer, which go too, what needs it never has it again. --keep keeps them.'

/** A node that runs tells the others first. What they could not be told. */
async function leaveAndStop(
  context: Context,
  force: boolean,
): Promise<{ code: string; message: string } | undefined> {
  if (!findNode(context.home)) return undefined
  const node = await context.node()
  const { network, starting, awaitingApproval } = await node.call.node.status()
  const isIn = network !== undefined || starting !== undefined || awaitingApproval !== undefined
  const left = isIn ? await node.call.network.leave({ force }) : {}
  await node.call.node.stop()
  await untilGone(context, node)
  return left.stays
}

/** Nothing that a later run of this has to find, or a node. */
function isAllGone({ engine, stuck, data, keys }: Uninstalled): boolean {
  return engine && stuck.length === 0 && data.length === 0 && !keys
}

/** What a run that was killed as it ended has left. */
async function removeLast(context: Context): Promise<void> {
  const { removeRemainder } = await import('../offline.ts')
  await removeRemainder(context)
  if (await isMarked(context)) await dropConfig(context)
}

function listOf(home: string, there: Inventory, { keys, forGood }: Kept, hasNode: boolean): string {
  const { network, engine, engineAddress, programs, folders } = there
  const lines: string[] = []
  if (network !== undefined) {
    const untold = hasNode ? '' : ', and tells nobody, since no node runs here'
    lines.push(`the network ${network}: this computer leaves it${untold}`)
  }
  if (hasNode) lines.push('the node that runs here, or the app: it is stopped')
  const data = [...(engine?.volumes ?? []), ...there.programData]
  if (engine) lines.push(...engineLines(engine))
  else lines.push('what Docker has of it: not now, since Docker does not answer')
  if (forGood && data.length > 0) lines.push(`for good, ${dataLine(data)}`)
  if (programs.length > 0) lines.push(`${count(programs.length, 'program')}: ${some(programs)}`)
  const secret = keys ? ', without its keys' : ', with the keys of this computer and of its owner'
  lines.push(`${home}, ${bytes(there.homeBytes)}${secret}`)
  lines.push(...folders)
  const kept = [
    ...(keys ? ['the keys (identity/)'] : []),
    ...(!forGood && data.length > 0 ? [dataLine(data)] : []),
  ]
  const head = ['This removes:', ...lines.map((line) => `  ${line}`)]
  const tail = kept.length > 0 ? ['and keeps:', ...kept.map((line) => `  ${line}`)] : []
  // Another than the one where it ran would be found to have nothing.
  const asked = `Docker is asked at ${engineAddress}.`
  const backUp = keys
    ? []
    : ['Keys that are gone come back by a backup alone: mycelium owner export']
  return [...head, ...tail, asked, ...backUp].join('\n')
}

function engineLines({ containers, images }: NonNullable<Inventory['engine']>): string[] {
  const copies = containers.map(({ name, workload, index }) => {
    return workload === undefined || index === undefined ? name : copyName(workload, index)
  })
  const lines: string[] = []
  if (containers.length > 0) {
    lines.push(`${count(containers.length, 'container')}: ${some([...new Set(copies)])}`)
  }
  if (images.length > 0) {
    const total = images.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    const names = some(images.map(({ name }) => name))
    lines.push(`${count(images.length, 'image')} that it fetched, ${bytes(total)}: ${names}`)
  }
  return lines
}

function dataLine(
  volumes: readonly { workload: string; index: number; volume: string; usedBytes?: number }[],
): string {
  const known = volumes.flatMap(({ usedBytes }) => usedBytes ?? [])
  const total = bytes(known.reduce((sum, size) => sum + size, 0))
  const amount = known.length === volumes.length ? total : `${total} or more`
  const names = some(
    volumes.map(({ workload, index, volume }) => `${copyName(workload, index)} ${volume}`),
  )
  return `data of ${count(volumes.length, 'volume')}, ${amount}: ${names}`
}

/** Of many, so many are named. */
const NAMED_MAX = 5

function some(names: readonly string[]): string {
  const more = names.length > NAMED_MAX ? `, and ${names.length - NAMED_MAX} more` : ''
  return `${names.slice(0, NAMED_MAX).join(', ')}${more}`
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`
}

function remainsText(
  { home, configHome }: Context,
  { engineAddress }: Inventory,
  done: Uninstalled,
): string {
  const { data, keys, foreign, stuck, engine } = done
  const lines: string[] = []
  if (keys) {
    lines.push(
      `The keys stay in ${path.join(home, 'identity')}: by them this computer joins again as the same.`,
    )
  }
  if (data.length > 0) lines.push(...dataText(data, keys))
  for (const { what, why } of stuck) lines.push(`Stays: ${what} (${why}).`)
  if (!engine) {
    lines.push(
      `Docker does not answer at ${engineAddress}. What it has of this home (containers, images, networks, ` +
        `data) stays until it runs and this is run again; where there is none on this computer: delete ${home}.`,
    )
  }
  const config = path.join(configHome, 'config.toml')
  if (configHome !== home && !isAllGone(done) && existsSync(config)) {
    lines.push(`${config} stays until nothing is left in ${home}: it says where that is.`)
  }
  if (foreign.length > 0) lines.push(`Not ours, and left in ${home}: ${some(foreign)}.`)
  return ['Uninstalled.', ...lines].join('\n')
}

function dataText(data: Uninstalled['data'], keys: boolean): string[] {
  const [first] = data.flatMap(({ untilMs }) => untilMs ?? []).sort()
  const until = first === undefined ? '' : ` until ${new Date(first).toISOString().slice(0, 10)}`
  const undo = keys
    ? 'To have it back: mycelium join the same network from this home before.'
    : 'Without the keys no network finds it again; by hand it is found under these names.'
  return [
    `Data is kept${until}: ${some(data.map(({ engineName }) => engineName))}.`,
    `  ${undo}`,
    '  A node that runs on this home again removes it then, and nobody else does. Now: mycelium uninstall --for-good',
  ]
}
