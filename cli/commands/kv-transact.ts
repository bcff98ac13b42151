/** Several keys at once, from flags or from a document. */
import { text as textOf } from 'node:stream/consumers'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT, wrongUsage } from '../exit-codes.ts'
import { readInput } from '../input-files.ts'
import type { Inputs, Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { collect, keyValues, wholeNumber } from '../text/parse.ts'
import { valueText } from '../text/values.ts'

type Transaction = Inputs['kv']['transact']
type Steps = NonNullable<Transaction['success']>
type Comparison = NonNullable<Transaction['compare']>[number]

interface Flags {
  if?: string[]
  put?: string[]
  delete?: string[]
  get?: string[]
  elsePut?: string[]
  elseDelete?: string[]
  elseGet?: string[]
  file?: string
}

export function transactCommand(kv: Command, act: Act): void {
  kv.command('txn')
    .summary('change several keys at once')
    .description(
      'Does all of it in one revision if every --if holds, and otherwise what --else-… say. All ' +
        'keys are of one namespace. Where an --if does not hold and nothing stands for that case, ' +
        'it is refused (exit 4).',
    )
    .option(
      '--if <comparison>',
      '"value KEY = TEXT", "lock NAME = LEASE", or version, createRevision or modRevision; also !=, <, >',
      collect,
    )
    .option('--put <key=value>', 'put a value; repeatable', collect)
    .option('--delete <key>', 'delete a key; repeatable', collect)
    .option('--get <key>', 'read a key, after what was put; repeatable', collect)
    .option('--else-put <key=value>', 'as --put, if an --if does not hold', collect)
    .option('--else-delete <key>', 'as --delete, if an --if does not hold', collect)
    .option('--else-get <key>', 'as --get, if an --if does not hold', collect)
    .option('--file <file>', 'take it as JSON, as the API has it; - for standard input')
    .addHelpText(
      'after',
      '\nExample:\n  mycelium kv txn --if "value shop/stock = 12" --put shop/stock=11 --put shop/sold=1',
    )
    .action(act<Flags>((context, _, flags) => transact(context, flags)))
}

async function transact(context: Context, { file, ...flags }: Flags): Promise<void> {
  const hasFlags = Object.keys(flags).length > 0
  if (hasFlags === (file !== undefined)) throw wrongUsage('Give --file, or what is to be done.')
  const input = file === undefined ? fromFlags(flags) : await fromFile(file)
  const node = await context.node()
  const answer = await node.call.kv.transact(input)
  const hasElse = (input.failure?.length ?? 0) > 0
  if (!answer.succeeded && !hasElse) {
    const message = 'A comparison does not hold: nothing was changed.'
    throw new CommandFailure(EXIT.REFUSED, 'COMPARISON_FAILED', message, answer)
  }
  context.answer(answer, () => textFor(answer))
}

function fromFlags(flags: Omit<Flags, 'file'>): Transaction {
  return {
    compare: (flags.if ?? []).map(comparisonIn),
    success: stepsOf('--put', flags.put, flags.delete, flags.get),
    failure: stepsOf('--else-put', flags.elsePut, flags.elseDelete, flags.elseGet),
  }
}

async function fromFile(file: string): Promise<Transaction> {
  const text = file === '-' ? await textOf(process.stdin) : (await readInput(file)).toString()
  try {
    // The node names every field that does not fit.
    return JSON.parse(text)
  } catch {
    throw wrongUsage(`--file: ${file} is not JSON.`)
  }
}

function stepsOf(
  flag: string,
  puts: readonly string[] = [],
  deletes: readonly string[] = [],
  gets: readonly string[] = [],
): Steps {
  const names = puts.map((pair) => pair.slice(0, pair.indexOf('=')))
  const twice = names.find((name, at) => names.indexOf(name) !== at)
  if (twice !== undefined) throw wrongUsage(`${flag}: “${twice}” is put twice; say it once.`)
  return [
    ...Object.entries(keyValues(flag, puts)).map(([key, value]) => {
      return { op: 'put' as const, key, value: base64(value) }
    }),
    ...deletes.map((key) => ({ op: 'delete' as const, key })),
    ...gets.map((key) => ({ op: 'get' as const, key })),
  ]
}

/** Keys have no blanks; a value may have any. */
const COMPARISONS =
  '"value KEY = TEXT", "modRevision KEY = 7" (also version and createRevision), "lock NAME = LEASE"; ' +
  'besides = also !=, <, >'
const COMPARISON = /^(value|lock|version|createRevision|modRevision) +(\S+) +(=|!=|<|>) (.*)$/s

function comparisonIn(text: string): Comparison {
  const [, target, key = '', is = '', than = ''] = COMPARISON.exec(text) ?? []
  if (target === undefined || !isRelation(is)) {
    throw wrongUsage(`--if: “${text}” is none of ${COMPARISONS}.`)
  }
  switch (target) {
    case 'value':
      return { target, key, is, than: base64(than) }
    case 'version':
    case 'createRevision':
    case 'modRevision':
      return { target, key, is, than: wholeNumber('--if', than) }
    default:
      if (is !== '=') throw wrongUsage('--if: a lock is compared with = alone.')
      return { target: 'lock', key, lease: than }
  }
}

function isRelation(text: string): text is '=' | '!=' | '<' | '>' {
  return ['=', '!=', '<', '>'].includes(text)
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

type Done = Outputs['kv']['transact']

function textFor({ succeeded, revision, answers }: Done): string {
  const words = succeeded ? 'Done' : 'A comparison does not hold; done instead'
  return [`${words}, at revision ${revision}.`, ...answers.map(answerText)].join('\n')
}

function answerText(answer: Done['answers'][number]): string {
  switch (answer.op) {
    case 'put':
      return `put ${answer.key}`
    case 'delete':
      return `${answer.deleted ? 'deleted' : 'there was no'} ${answer.key}`
    case 'get':
      return answer.entry ? `${answer.key} ${valueText(answer.entry)}` : `no ${answer.key}`
  }
}
