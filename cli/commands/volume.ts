/** Data that instances keep: where it lies, deleting it, and having it back. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit-codes.ts'
import { toCommandFailure } from '../failures.ts'
import type { Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { bytes } from '../text/format.ts'
import { table } from '../text/table.ts'
import { ANY_NODE, leftTable } from './left-data.ts'

type VolumeView = Outputs['volumes']['list']['volumes'][number]

interface Flags {
  node?: string
  forGood?: boolean
  giveUp?: boolean
}

const ID = 'as volume list shows it; a beginning will do, such as db.0.data'

export function volumeCommands(program: Command, act: Act): void {
  const volume = program
    .command('volume')
    .summary('data that instances keep')
    .description(
      'What the copies of a workload keep lies on the computer that runs each of them. What was ' +
        'deleted can be had back for 30 days.',
    )
    .addHelpText('after', '\nExample:\n  mycelium volume list')
  volume
    .command('list')
    .summary('where data lies')
    .description(
      'Lists what copies keep, on which computer, and how much it is; and what lies here of networks ' +
        'that this computer has left.',
    )
    .addHelpText('after', '\nExample:\n  mycelium volume list')
    .action(act(list))
  volume
    .command('delete')
    .summary('delete data that no workload has')
    .description('Deletes data. It can be had back for 30 days, unless it goes for good.')
    .argument('<id>', ID)
    .option('--node <node>', 'on this computer, where several have one of that name')
    .option('--for-good', 'at once, with no way back')
    .option('--give-up', 'of a computer that is away: wait for it no longer (an admin)')
    .addHelpText('after', '\nExample:\n  mycelium volume delete db.0.data')
    .action(
      act(async (context, [id = '']: string[], { node: at, ...how }: Flags) => {
        if (how.forGood && how.giveUp) throw wrongUsage('Give --for-good or --give-up.')
        if (id.includes('@')) return deleteLeft(context, id, how)
        const node = await context.node(ANY_NODE)
        const place = at === undefined ? {} : { node: at }
        const answer = await unlessNoNetwork(node.call.volumes.delete({ id, ...place, ...how }))
        if (!answer) return deleteLeft(context, id, how)
        context.answer(answer, () => deletedText(id, how))
      }),
    )
  volume
    .command('restore')
    .summary('have deleted data back')
    .description(
      'Keeps what was deleted. To have a deleted workload back with its data: mycelium rollback.',
    )
    .argument('<id>', ID)
    .option('--node <node>', 'on this computer, where several have one of that name')
    .addHelpText('after', '\nExample:\n  mycelium volume restore db.0.data')
    .action(
      act(async (context, [id = '']: string[], { node: at }: Flags) => {
        const node = await context.node()
        const answer = await node.call.volumes.restore({
          id,
          ...(at !== undefined && { node: at }),
        })
        context.answer(answer, () => `${id} is kept.`)
      }),
    )
}

function deletedText(id: string, { forGood, giveUp }: Flags): string {
  if (giveUp) {
    return `Nobody waits for ${id} any more. Nothing of it was deleted: it counts again if its computer is back.`
  }
  if (forGood) return `${id} is gone.`
  return `${id} is deleted. It can be had back for 30 days: mycelium volume restore ${id}`
}

/** Of a network that this computer has left: all that can be done with it. */
async function deleteLeft(context: Context, id: string, { forGood }: Flags): Promise<void> {
  if (!forGood) {
    throw wrongUsage('This computer has left that network: its data goes by --for-good alone.')
  }
  const node = await context.node(ANY_NODE)
  const answer = await node.call.volumes.deleteLeft({ id })
  context.answer(answer, () => deletedText(id, { forGood }))
}

async function list(context: Context): Promise<void> {
  const node = await context.node(ANY_NODE)
  const own = await unlessNoNetwork(node.call.volumes.list())
  const listing = node.call.volumes.listLeft()
  // In a network what is known of it is told while the engine is away too.
  const { volumes: left } = await (own ? listing.catch(() => ({ volumes: [] })) : listing)
  const { volumes } = own ?? { volumes: [] }
  context.answer({ volumes, left }, () => {
    const tables = [...(volumes.length > 0 ? [ownTable(volumes)] : [])]
    if (left.length > 0) tables.push(leftTable(left))
    return tables.join('\n\n') || 'Nothing is kept here yet: name volumes in a manifest.'
  })
}

function ownTable(volumes: VolumeView[]): string {
  return table(
    ['ID', 'NODE', 'USED', 'OF', 'STATE'],
    volumes.map((volume) => {
      const used = volume.usedBytes === undefined ? '' : bytes(volume.usedBytes)
      const { id, nodeName, sizeBytes } = volume
      return [id, nodeName, used, bytes(sizeBytes), stateText(volume)]
    }),
  )
}

/** Undefined where this computer is in no network. */
async function unlessNoNetwork<T>(asked: Promise<T>): Promise<T | undefined> {
  return asked.catch(async (error: unknown) => {
    const { code } = await toCommandFailure(error)
    if (code === 'NO_NETWORK') return undefined
    throw error
  })
}

function stateText({ state, untilAt, usedBytes = 0, sizeBytes }: VolumeView): string {
  const over = usedBytes > sizeBytes ? ', more than it may' : ''
  if (state === 'left') return 'with its computer, which has left'
  if (state === 'deleted' && untilAt) return `deleted, gone on ${untilAt.slice(0, 10)}${over}`
  return `${state}${over}`
}
