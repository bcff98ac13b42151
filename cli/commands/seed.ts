/** Seeds: where the network's signed document lies for those who find nobody. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Act } from '../run.ts'
import { table } from '../text/table.ts'

export function seedCommands(program: Command, act: Act): void {
  const seed = program
    .command('seed')
    .summary('the network’s signed document')
    .description('What the network says of itself, signed, and where it lies outside of it.')
    .addHelpText('after', '\nExample:\n  mycelium seed publish --to /media/stick/garden.spore')
  seed
    .command('publish')
    .summary('keep a seed up to date')
    .description(
      'Writes the document there now, and again whenever it changes. Passwords come from the ' +
        'environment: MYCELIUM_SEED_TOKEN for a URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY ' +
        'and AWS_SESSION_TOKEN for a bucket. They stay in this node’s home.',
    )
    .requiredOption('--to <place>', 'file, https URL, or s3://bucket/key?endpoint=…&region=…')
    .option('--witness', 'it also decides who goes on when a committee is overruled')
    .addHelpText('after', '\nExample:\n  mycelium seed publish --to /media/stick/garden.spore')
    .action(act(publish))
  seed
    .command('list')
    .summary('seeds of this node')
    .description('Lists where this node keeps or reads the document.')
    .addHelpText('after', '\nExample:\n  mycelium seed list')
    .action(act(list))
  seed
    .command('show')
    .summary('the newest document')
    .description('Says what the newest document is, and writes it to a file if you like.')
    .option('--out <file>', 'write it there')
    .addHelpText('after', '\nExample:\n  mycelium seed show --out garden.spore')
    .action(act(show))
  seed
    .command('forget')
    .summary('leave a seed alone')
    .description('Writes there no more. What lies there stays.')
    .argument('<place>', 'as `mycelium seed list` names it')
    .addHelpText('after', '\nExample:\n  mycelium seed forget /media/stick/garden.spore')
    .action(
      act(async (context, [place = '']) => {
        const node = await context.node()
        const answer = await node.call.seeds.forget({ location: place })
        context.answer(answer, () => `${place} is left alone from now on.`)
      }),
    )
}

async function publish(
  context: Context,
  _: string[],
  options: { to: string; witness?: boolean },
): Promise<void> {
  const { env } = context
  const credentials = {
    ...(env.MYCELIUM_SEED_TOKEN && { token: env.MYCELIUM_SEED_TOKEN }),
    ...(env.AWS_ACCESS_KEY_ID && { accessKeyId: env.AWS_ACCESS_KEY_ID }),
    ...(env.AWS_SECRET_ACCESS_KEY && { secretAccessKey: env.AWS_SECRET_ACCESS_KEY }),
    ...(env.AWS_SESSION_TOKEN && { sessionToken: env.AWS_SESSION_TOKEN }),
  }
  const isUrl = /^[a-z0-9+.-]+:\/\//i.test(options.to)
  // The node may run in another folder than this command.
  const location = isUrl ? options.to : path.resolve(options.to)
  const node = await context.node()
  const answer = await node.call.seeds.publish({
    ...{ location, credentials, witness: options.witness === true },
  })
  context.answer(answer, () => `${answer.location} is kept up to date from now on.`)
  if (answer.problem) context.notice(`Not yet: ${answer.problem.message}`)
}

async function list(context: Context): Promise<void> {
  const node = await context.node()
  const answer = await node.call.seeds.list()
  context.answer(answer, () =>
    table(
      ['PLACE', 'WRITES', 'WITNESS', 'UP TO DATE', 'TROUBLE'],
      answer.seeds.map(({ location, writes, witness, currentAt, problem }) => [
        location,
        writes ? 'yes' : 'reads only',
        witness ? 'yes' : '',
        currentAt ?? '',
        problem?.message ?? '',
      ]),
    ),
  )
}

async function show(context: Context, _: string[], options: { out?: string }): Promise<void> {
  const node = await context.node()
  const answer = await node.call.seeds.document()
  if (options.out !== undefined) await writeFile(options.out, answer.document, 'base64')
  const { version, issuedAt, voters, nodes } = answer
  context.answer(answer, () => {
    const votes = voters.length === 1 ? 'one that votes' : `${voters.length} that vote`
    return `Version ${version} of ${issuedAt}: ${nodes} nodes, ${votes}.`
  })
}
