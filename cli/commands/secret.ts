/** Secrets of workloads. Values come from standard input, a file or chance, and are never shown. */
import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit-codes.ts'
import { isNotFound } from '../failures.ts'
import { readInput } from '../input-files.ts'
import { GENERATED_SECRET_BYTES } from '../limits.ts'
import { hiddenLine } from '../lines.ts'
import type { NodeClient, Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { short } from '../text/format.ts'
import { wholeNumber } from '../text/parse.ts'
import { table } from '../text/table.ts'

type SecretView = Outputs['secrets']['set']

interface ValueFlags {
  file?: string
  generate?: boolean
  ifVersion?: string
}

const NAME = 'such as shop/password; the first part is the workload’s name'
const VERSION = 'only if it is at this version'

export function secretCommands(program: Command, act: Act): void {
  const secret = program
    .command('secret')
    .summary('secrets of workloads')
    .description(
      'Passwords, keys and the like: sealed on this computer for those that may read them. Values ' +
        'come from standard input or a file, never from the command line, and are not shown again.',
    )
    .addHelpText('after', '\nExample:\n  mycelium secret set shop/password --generate')
  for (const [verb, summary, description] of WRITES) {
    const command = secret
      .command(verb)
      .summary(summary)
      .description(description)
      .argument('<name>', NAME)
      // One of ours: the parser's would repeat what may be the value.
      .allowExcessArguments()
      .option('--file <file>', 'take the value from a file (default: standard input)')
      .option('--generate', 'a value of chance, which nobody has to know')
      .addHelpText('after', `\nExample:\n  mycelium secret ${verb} shop/password --file password`)
    if (verb === 'set') command.option('--if-version <n>', `${VERSION}; 0: only if there is none`)
    command.action(
      act((context, words, flags: ValueFlags) => {
        if (command.args.length > 1) throw wrongUsage(NOT_HERE)
        return write(context, words, { ...flags, ...(verb === 'rotate' && { ifVersion: '*' }) })
      }),
    )
  }
  secret
    .command('list')
    .summary('names and readers')
    .description('Lists secrets by their beginning, and which computers can read each.')
    .argument('[prefix]', 'such as shop/')
    .addHelpText('after', '\nExample:\n  mycelium secret list shop/')
    .action(act(list))
  secret
    .command('delete')
    .summary('delete a secret')
    .description('Deletes a secret. Who has read it knows it still.')
    .argument('<name>', NAME)
    .option('--if-version <n>', VERSION)
    .addHelpText('after', '\nExample:\n  mycelium secret delete shop/password')
    .action(
      act(async (context, [name = ''], { ifVersion: version }: { ifVersion?: string }) => {
        const expected =
          version === undefined ? {} : { version: wholeNumber('--if-version', version) }
        const node = await context.node()
        const user = await handedTo(node, name)
        const answer = await node.call.secrets.delete({ name, ...expected })
        context.answer({ ...answer, ...(user !== undefined && { handedTo: user }) }, () =>
          user === undefined ? `${name} is gone.` : `${name} is gone. ${lackingText(user, name)}`,
        )
      }),
    )
}

/** The workload whose copies are given it: nobody's but of the name that it begins with. */
async function handedTo({ call }: NodeClient, name: string): Promise<string | undefined> {
  const [of = '', ...rest] = name.split('/')
  const workload = await call.workloads.get({ name: of }).catch((error: unknown) => {
    // Secrets may be there before their workload, and after it.
    if (isNotFound(error)) return undefined
    throw error
  })
  const inIt = workload?.secrets.some((use) => use.name === `${workload.name}/${rest.join('/')}`)
  return inIt ? workload?.name : undefined
}

function lackingText(user: string, name: string): string {
  const again = `Set it again: mycelium secret set ${name}`
  return `Copies of “${user}” are handed it, and none starts without it. ${again}`
}

const NOT_HERE =
  'A value on the command line is seen by other users and kept by the shell: ' +
  'give it by standard input, --file or --generate.'

const WRITES = [
  ['set', 'set a secret', 'Makes a secret, or gives it another value.'],
  ['rotate', 'another value', 'Gives a secret that there is another value, under a new key.'],
] as const

async function write(
  context: Context,
  [name = '']: string[],
  { ifVersion: version, ...flags }: ValueFlags,
): Promise<void> {
  const expected =
    version === undefined
      ? {}
      : { version: version === '*' ? ('*' as const) : wholeNumber('--if-version', version) }
  const value = await valueFor(context, name, flags)
  const node = await context.node()
  const answer = await node.call.secrets.set({
    ...{ name, value: value.toString('base64') },
    ...expected,
  })
  context.answer(answer, () => `${name} is at version ${answer.version}, read by ${count(answer)}.`)
}

async function valueFor(context: Context, name: string, flags: ValueFlags): Promise<Buffer> {
  const { file, generate } = flags
  if (file !== undefined && generate) throw wrongUsage('Give --file or --generate.')
  if (generate) return Buffer.from(randomBytes(GENERATED_SECRET_BYTES).toString('base64url'))
  if (file === undefined && process.stdin.isTTY) {
    return Buffer.from(await hiddenLine(process, `Value of ${name} (it is not shown): `))
  }
  const value = file === undefined ? await buffer(process.stdin) : await readInput(file)
  if (value.at(-1) === 0x0a)
    context.notice('The value ends with a line break, which is part of it.')
  return value
}

function count({ readers }: SecretView): string {
  return readers.length === 1 ? 'one computer' : `${readers.length} computers`
}

async function list(context: Context, [prefix = '']: string[]): Promise<void> {
  const node = await context.node()
  const answer = await node.call.secrets.list({ prefix })
  context.answer(answer, () => {
    if (answer.secrets.length === 0) return 'There are no secrets here yet: mycelium secret set'
    return table(
      ['NAME', 'VERSION', 'READ BY'],
      answer.secrets.map(({ name, version, readers }) => {
        return [name, String(version), readers.map(readerText).join(', ')]
      }),
    )
  })
  const last = answer.secrets.at(-1)
  if (answer.more && last) context.notice('There are more: name a longer beginning.')
}

function readerText({ id, name = short(id), state }: SecretView['readers'][number]): string {
  switch (state) {
    case 'ready':
      return name
    case 'waiting':
      return `${name} (waits for its key)`
    case 'former':
      return `${name} (no more: rotate)`
  }
}
