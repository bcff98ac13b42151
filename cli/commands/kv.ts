/** Keys and values of the network's registry. */
import { buffer } from 'node:stream/consumers'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit-codes.ts'
import { readInput } from '../input-files.ts'
import type { Act, CliDeps } from '../run.ts'
import { bytes } from '../text/format.ts'
import { durationMs, wholeNumber } from '../text/parse.ts'
import { table } from '../text/table.ts'
import { startOf, valueText } from '../text/values.ts'
import { lockCommand } from './kv-lock.ts'
import { transactCommand } from './kv-transact.ts'
import { consistencyOf, type ReadFlags, STALE } from './reading.ts'

interface WriteFlags {
  ifMatch?: string
}

const IF_MATCH =
  'only if the key is at this revision; 0: only if there is none; *: only if there is one'

export function kvCommands(program: Command, act: Act, deps: CliDeps): void {
  const kv = program
    .command('kv')
    .summary('keys and values of the network')
    .description('Reads, writes and watches keys that a committee of the network keeps.')
    .addHelpText('after', '\nExample:\n  mycelium kv put shop/stock 12')
  kv.command('get')
    .summary('print a value')
    .description('Prints the value of a key.')
    .argument('<key>', 'such as shop/stock')
    .option('--stale', STALE)
    .addHelpText('after', '\nExample:\n  mycelium kv get shop/stock')
    .action(act(get))
  kv.command('put')
    .summary('put a value')
    .description('Puts a value, from the command line, a file or standard input.')
    .argument('<key>', 'such as shop/stock; the first part is a name that becomes yours')
    .argument('[value]', 'the value; without it standard input is read')
    .option('--file <file>', 'take the value from a file')
    .option('--lease <lease>', 'the key goes when this lease ends')
    .option('--if-match <revision>', IF_MATCH)
    .addHelpText('after', '\nExample:\n  mycelium kv put shop/stock 12 --if-match 7')
    .action(act(put))
  kv.command('delete')
    .summary('delete a key')
    .description('Deletes a key.')
    .argument('<key>', 'such as shop/stock')
    .option('--if-match <revision>', IF_MATCH)
    .addHelpText('after', '\nExample:\n  mycelium kv delete shop/stock')
    .action(act(remove))
  kv.command('list')
    .summary('list keys')
    .description('Lists keys by their beginning, in order.')
    .argument('[prefix]', 'such as shop/')
    .option('--after <key>', 'only keys after this one: the last of the page before')
    .option('--limit <n>', 'at most so many')
    .option('--stale', STALE)
    .addHelpText('after', '\nExample:\n  mycelium kv list shop/ --limit 100')
    .action(act(list))
  kv.command('watch')
    .summary('follow changes')
    .description('Prints every change of keys with a beginning, until it is stopped.')
    .argument('[prefix]', 'such as shop/')
    .option('--from <revision>', 'from this revision on (default: what comes next)')
    .addHelpText('after', '\nExample:\n  mycelium kv watch shop/ --json')
    .action(act(watch))
  transactCommand(kv, act)
  lockCommand(kv, act, deps)
  leaseCommands(kv, act)
}

function leaseCommands(kv: Command, act: Act): void {
  const lease = kv
    .command('lease')
    .summary('leases, on which keys can hang')
    .description('Makes, keeps and ends leases: the keys on one go when it ends.')
    .addHelpText('after', '\nExample:\n  mycelium kv lease grant shop/worker-1 --ttl 10s')
  lease
    .command('grant')
    .summary('make a lease')
    .description('Makes a lease, which ends unless it is kept alive.')
    .argument('<lease>', 'its name, such as shop/worker-1')
    .requiredOption('--ttl <duration>', 'how long it lasts without being kept: 10s, 5m')
    .addHelpText('after', '\nExample:\n  mycelium kv lease grant shop/worker-1 --ttl 10s')
    .action(
      act(async (context, [name = ''], { ttl }: { ttl: string }) => {
        const ttlSeconds = Math.round(durationMs('--ttl', ttl) / 1_000)
        const node = await context.node()
        const answer = await node.call.leases.grant({ lease: name, ttlSeconds })
        context.answer(answer, () => leaseText(name, answer))
      }),
    )
  lease
    .command('show')
    .summary('what is left of it')
    .description('Shows how long a lease lasts still.')
    .argument('<lease>', 'its name')
    .option('--stale', STALE)
    .addHelpText('after', '\nExample:\n  mycelium kv lease show shop/worker-1')
    .action(
      act<ReadFlags>(async (context, [name = ''], flags) => {
        const node = await context.node()
        const answer = await node.call.leases.show({ lease: name, ...consistencyOf(flags) })
        context.answer(answer, () => leaseText(name, answer))
      }),
    )
  const others = [
    ['keep', 'keep it alive', 'Lets a lease begin anew.'],
    ['revoke', 'end it', 'Ends a lease now; the keys on it go.'],
  ] as const
  for (const [verb, summary, description] of others) {
    lease
      .command(verb)
      .summary(summary)
      .description(description)
      .argument('<lease>', 'its name')
      .addHelpText('after', `\nExample:\n  mycelium kv lease ${verb} shop/worker-1`)
      .action(
        act(async (context, [name = '']) => {
          const node = await context.node()
          const answer = await node.call.leases[verb]({ lease: name })
          context.answer(answer, () => leaseText(name, answer))
        }),
      )
  }
}

function leaseText(name: string, answer: object): string {
  if ('leftSeconds' in answer) return `${name} lasts at least ${answer.leftSeconds} s more.`
  if ('ttlSeconds' in answer)
    return `${name} lasts at least ${answer.ttlSeconds} s, and longer if it is kept.`
  return `${name} has ended.`
}

async function get(context: Context, [key = '']: string[], flags: ReadFlags): Promise<void> {
  const node = await context.node()
  const entry = await node.call.kv.get({ key, ...consistencyOf(flags) })
  // Through a pipe a value comes out as it went in.
  if (context.json || context.terminal.isTerminal) context.answer(entry, () => valueText(entry))
  else context.terminal.bytes(Buffer.from(entry.value, 'base64'))
}

async function put(
  context: Context,
  [key = '', given]: string[],
  flags: WriteFlags & { file?: string; lease?: string },
): Promise<void> {
  const { file, lease } = flags
  if (given !== undefined && file !== undefined) throw wrongUsage('Give a value or --file.')
  const value = await givenValue(given, file)
  const node = await context.node()
  const entry = await node.call.kv.put({
    ...{ key, value: value.toString('base64'), ...expectedOf(flags) },
    ...(lease !== undefined && { lease }),
  })
  context.answer(entry, () => `${key} is at revision ${entry.revision}.`)
}

/** Byte for byte: what comes by a pipe need not be text. */
async function givenValue(given?: string, file?: string): Promise<Buffer> {
  if (file !== undefined) return readInput(file)
  return given === undefined ? buffer(process.stdin) : Buffer.from(given)
}

async function remove(context: Context, [key = '']: string[], flags: WriteFlags): Promise<void> {
  const node = await context.node()
  const answer = await node.call.kv.delete({ key, ...expectedOf(flags) })
  context.answer(answer, () => (answer.deleted ? `${key} is gone.` : `There was no ${key}.`))
}

async function list(
  context: Context,
  [prefix = '']: string[],
  { after, limit, ...flags }: ReadFlags & { after?: string; limit?: string },
): Promise<void> {
  const page = {
    ...(after !== undefined && { after }),
    ...(limit !== undefined && { limit: wholeNumber('--limit', limit) }),
  }
  const node = await context.node()
  const answer = await node.call.kv.list({ prefix, ...page, ...consistencyOf(flags) })
  context.answer(answer, () =>
    table(
      ['KEY', 'REVISION', 'SIZE', 'LEASE'],
      answer.keys.map(({ key, revision, value, lease = '' }) => {
        return [key, String(revision), bytes(Buffer.byteLength(value, 'base64')), lease]
      }),
    ),
  )
  const last = answer.keys.at(-1)
  if (answer.more && last) context.notice(`There are more: add --after ${last.key}`)
}

/** With --json each change is a document of its own, as they come. */
async function watch(
  context: Context,
  [prefix = '']: string[],
  { from }: { from?: string },
): Promise<void> {
  const since = from === undefined ? {} : { from: wholeNumber('--from', from) }
  const node = await context.node()
  for await (const change of await node.call.kv.watch({ prefix, ...since })) {
    const { type, key, revision, entry } = change
    if (context.json) context.terminal.out(JSON.stringify(change))
    else context.terminal.out(`${revision} ${type} ${key}${entry ? ` ${startOf(entry)}` : ''}`)
  }
}

function expectedOf({ ifMatch }: WriteFlags) {
  if (ifMatch === undefined) return {}
  return { ifMatch: ifMatch === '*' ? ('*' as const) : wholeNumber('--if-match', ifMatch) }
}
