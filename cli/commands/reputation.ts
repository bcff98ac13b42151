/** How well owners keep what they promise, and who saw it. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT } from '../exit-codes.ts'
import type { Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { table } from '../text/table.ts'

type Owner = Outputs['reputation']['list']['owners'][number]

export function reputationCommand(program: Command, act: Act): void {
  program
    .command('reputation')
    .summary('how well owners keep what they promise')
    .description(
      'Lists owners with what others saw of them: how far copies that their computers were given ' +
        'were up. Everybody begins at 0.5. From 0.7 on an owner is trusted; below 0.4 its computers ' +
        'are given no vote by themselves, and what they say of others counts for nothing.',
    )
    .argument('[owner]', 'a name or an id, for all that others said of it lately')
    .addHelpText('after', '\nExample:\n  mycelium reputation')
    .action(act(show))
}

async function show(context: Context, [owner]: string[]): Promise<void> {
  const node = await context.node()
  const { owners } = await node.call.reputation.list()
  if (owner === undefined) return context.answer({ owners }, () => listText(owners))
  const found = owners.filter((one) => one.owner.name === owner || one.owner.id.startsWith(owner))
  if (found.length === 0) {
    throw new CommandFailure(EXIT.NOT_FOUND, 'NOT_FOUND', `There is no owner “${owner}”.`)
  }
  context.answer({ owners: found }, () => found.map(ownerText).join('\n\n'))
}

function listText(owners: readonly Owner[]): string {
  if (owners.length === 0) return 'This network has no registry yet, which would keep it.'
  return table(
    ['OWNER', 'REPUTATION', 'REPUTE', 'LAST SEEN', 'BY', 'KEPT'],
    owners.map(({ owner, reputation, repute, observations: [last] }) => [
      ...[owner.name, figure(reputation), repute],
      ...(last ? [last.at, last.by.name, percent(last.kept)] : ['', '', '']),
    ]),
  )
}

function ownerText({ owner, reputation, repute, observations }: Owner): string {
  const head = `${owner.name}: ${figure(reputation)}, ${repute}`
  if (observations.length === 0) return `${head}. Nobody had anything to say lately.`
  const rows = observations.map(({ by, kept, at }) => [at, by.name, percent(kept)])
  return `${head}\n${table(['HOUR', 'BY', 'KEPT'], rows)}`
}

/** Down, so that nobody looks better than it is. */
const figure = (value: number): string => (cut(value, 1_000) / 1_000).toFixed(3)
const percent = (value: number): string => `${cut(value, 100)} %`
/** Of the millionths that there are, so that 0.57 stays 57 of a hundred. */
const cut = (value: number, parts: number): number =>
  Math.floor((Math.round(value * 1_000_000) * parts) / 1_000_000)
