/** Ends what still runs in a home that is in no network any more: its containers and its programs. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import type { Left } from './api/handlers/index.ts'
import type { Clock } from './base/clock/index.ts'
import type { FileDisk } from './base/disk/index.ts'
import { isCode, MyceliumError, messageOf } from './base/errors/index.ts'
import type { Logger } from './base/log/index.ts'
import type { NodeId } from './base/net/index.ts'
import type { Identity } from './joining.ts'
import type { Leftovers } from './work/leftovers/index.ts'
import { createProcessRunner, PROGRAM_USERS, VOLUMES_FOLDER } from './work/runners/process/index.ts'
import { createFirewall, createShield } from './work/shield/index.ts'
import { copyName } from './work/spec/index.ts'

interface Copy {
  workload?: string
  index?: number
}

export interface LeftWorkDeps {
  disk: Pick<FileDisk, 'root'>
  identity: Pick<Identity, 'nodeId' | 'ownerId'>
  clock: Clock
  logger: Logger
}

/**
 * What is there of the network that was left a moment ago, by what the computer says now. Says what goes on.
 *
 * @param ran Copies that ran in containers, for where their engine says nothing; `unknown` where some may.
 */
export async function endLeft({
  leftovers,
  ran,
  ...deps
}: LeftWorkDeps & {
  leftovers: Pick<Leftovers, 'end'>
  ran: readonly Copy[] | 'unknown'
}): Promise<Left['unended']> {
  // Containers first: with the programs go the rules that bound both.
  const [ended] = await Promise.allSettled([leftovers.end()])
  const programs = await endLeftPrograms(deps)
  if (ended.status === 'fulfilled') {
    return unended([...programs, ...ended.value], 'They do not end.')
  }
  if (!isCode(ended.reason, 'ENGINE_UNAVAILABLE')) throw ended.reason
  const why = messageOf(ended.reason)
  if (ran !== 'unknown') return unended([...programs, ...ran], why)
  const known = unended(programs, 'They do not end.')
  const message = [known?.message, `${why} ${NOT_ASKED}`].filter(Boolean).join(' ')
  return { copies: known?.copies ?? [], message }
}

const NOT_ASKED =
  'So containers that a killed node left running, if there are any, go on. A node on this home ends ' +
  'them once Docker answers (mycelium up, in another network or in none), and so does mycelium uninstall.'

function unended(copies: readonly Copy[], why: string): Left['unended'] {
  const names = copies.flatMap(({ workload, index }) => {
    return workload === undefined || index === undefined ? [] : [copyName(workload, index)]
  })
  const sorted = [...new Set(names)].sort()
  if (sorted.length === 0) return undefined
  const message =
    `Not ended yet: ${sorted.join(', ')}. ${why} The node of this computer ends them as soon as that ` +
    'can be done, while it runs.'
  return { copies: sorted, message }
}

/**
 * Those that a node which was killed left running, found by their records. With them go the node's control
 * groups and, unless a container of it goes on, what the firewall has of it: `always`, though none is there.
 * Nothing else may start or end programs of the home meanwhile. Names those that go on.
 */
export async function endLeftPrograms(
  deps: LeftWorkDeps,
  { always }: { always: boolean } = { always: false },
): Promise<readonly Copy[]> {
  const folder = path.join(deps.disk.root, 'instances')
  try {
    return always || (await hasRecords(folder)) ? await endPrograms(deps, folder) : []
  } catch (error) {
    deps.logger.warn('Programs of a network that was left may go on', { why: messageOf(error) })
    return []
  }
}

/** What the firewall still has of nodes whose keys are gone, as far as nothing of theirs goes on. */
export async function clearRules(
  { disk, clock, logger }: Pick<LeftWorkDeps, 'disk' | 'clock' | 'logger'>,
  nodes: readonly NodeId[],
): Promise<void> {
  for (const node of nodes) {
    const deps = { clock, node, logger, firewall: createFirewall() }
    const shield = createShield(deps, { place: { home: disk.root } })
    await shield.start()
    await shield.stop()
  }
}

async function endPrograms(deps: LeftWorkDeps, folder: string): Promise<readonly Copy[]> {
  const { disk, clock, identity } = deps
  const { nodeId: node, ownerId: owner } = identity
  const logger = deps.logger.child('left-programs')
  const place = { home: disk.root }
  const shield = createShield(
    { clock, node, logger, firewall: createFirewall() },
    { users: PROGRAM_USERS, place },
  )
  await shield.start()
  // Nothing is started by this one, and what it finds by its records is of whichever network.
  const runner = createProcessRunner({
    ...{ node, owner, shield, clock, logger, folder, network: '', bundles: NO_BUNDLES },
    volumesFolder: path.join(disk.root, VOLUMES_FOLDER),
  })
  const stays: Copy[] = []
  try {
    await runner.start()
    for (const { id, workload, index } of await runner.list()) {
      await runner.end(id).catch((error: unknown) => {
        logger.warn('A program of a network that was left goes on', { id, why: messageOf(error) })
        stays.push({ workload, index })
      })
    }
  } finally {
    await runner.stop()
    await shield.stop()
  }
  return stays
}

async function hasRecords(folder: string): Promise<boolean> {
  return (await programsIn(folder)).length > 0
}

/** By their ids. */
export async function programsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => [])
  return names.filter((name) => !name.startsWith('.'))
}

const NO_BUNDLES = {
  obtain(): Promise<never> {
    throw new MyceliumError('NOT_RUNNING', 'Nothing is started here.')
  },
}
