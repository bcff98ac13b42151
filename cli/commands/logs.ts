import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit-codes.ts'
import { PRIVATE_MODE, unwritable } from '../output-files.ts'
import type { Act } from '../run.ts'
import { parseDurationMs, wholeNumber } from '../text/parse.ts'
import { instanceNamed } from './instance-named.ts'

export function logCommands(program: Command, act: Act): void {
  program
    .command('logs')
    .summary('what it wrote')
    .description(
      'Prints what the instances of a workload wrote, merged by time. What is kept outlives them.',
    )
    .argument('<name>')
    .option('-f, --follow', 'go on until Ctrl+C')
    .option('--tail <n>', 'how many lines of the past, or all', '200')
    .option('--since <when>', 'nothing from before: 10m, 2h, or a time')
    .option('--after <place...>', 'behind these lines, by their “place” with --json')
    .option('--grep <text>', 'only lines that contain it, in whatever case')
    .option('--instance <id>', 'only this one, by its id or as web-0; by its id it may be gone')
    .option('--previous', 'of instances that are gone, and of earlier runs of the others')
    .option('--download <file>', 'all that is kept, into a file, with times')
    .option('--timestamps', 'put the time before each line')
    .addHelpText(
      'after',
      '\nExample:\n  mycelium logs web -f --tail 20\n  mycelium logs web --previous --grep error',
    )
    .action(act(logs))
}

interface LogFlags {
  follow?: boolean
  tail: string
  since?: string
  after?: string[]
  grep?: string
  instance?: string
  previous?: boolean
  download?: string
  timestamps?: boolean
}

type Entry = Awaited<ReturnType<typeof read>> extends AsyncIterable<infer One> ? One : never

/** With --json each line is a document of its own, as they come. */
async function logs(context: Context, [name = '']: string[], flags: LogFlags): Promise<void> {
  if (flags.download !== undefined) return download(context, name, flags, flags.download)
  let count = 0
  for await (const entry of await read(context, name, flags)) {
    count++
    if (context.json) context.terminal.out(JSON.stringify(entry))
    // Said by a node, not by the workload: no line for whoever reads the output.
    else if (entry.stream === 'note') context.notice(textOf(entry, flags))
    else context.terminal.out(textOf(entry, flags))
  }
  if (count === 0) context.notice(noneText(name, flags))
}

/** Nothing at all looks like a command that failed. */
function noneText(name: string, { since, after, grep, previous, instance }: LogFlags): string {
  const isAll = [since, after, grep, previous, instance].every((each) => each === undefined)
  return isAll ? `${name} has written nothing so far.` : `No line of ${name} is such a one.`
}

async function read(context: Context, name: string, flags: LogFlags) {
  const node = await context.node()
  const { after, grep, instance } = flags
  return node.call.workloads.logs({
    name,
    tail: flags.download === undefined ? tailOf(flags.tail) : 'all',
    follow: flags.follow === true,
    previous: flags.previous === true,
    ...(flags.since !== undefined && { since: sinceTime(flags.since) }),
    ...(after !== undefined && { after }),
    ...(grep !== undefined && { grep }),
    ...(instance !== undefined && { instance: await instanceNamed(node, name, instance) }),
  })
}

async function download(
  context: Context,
  name: string,
  flags: LogFlags,
  file: string,
): Promise<void> {
  if (flags.follow) throw wrongUsage('--download: a log that is followed has no end.')
  const lines = await read(context, name, flags)
  let count = 0
  let ofTheNode: unknown
  async function* texts(): AsyncGenerator<string> {
    try {
      for await (const entry of lines) {
        count++
        yield `${textOf(entry, { ...flags, timestamps: true })}\n`
      }
    } catch (error) {
      ofTheNode = error
      throw error
    }
  }
  await pipeline(texts, createWriteStream(file, { mode: PRIVATE_MODE })).catch((error: unknown) => {
    throw error === ofTheNode ? error : unwritable(file, error)
  })
  context.answer({ file, lines: count }, () => `${count} lines in ${file}`)
}

function textOf({ at, instance, part, line, stream }: Entry, flags: LogFlags): string {
  const from = flags.instance === undefined ? `${instance} ` : ''
  const who = part === undefined ? '' : `${part} `
  const said = stream === 'note' ? '-- ' : ''
  return `${flags.timestamps ? `${at} ` : ''}${from}${who}${said}${line}`
}

function tailOf(text: string): number | 'all' {
  return text === 'all' ? text : wholeNumber('--tail', text)
}

/** `10m` ago, or a time as ISO 8601 has it. */
function sinceTime(text: string): string {
  const agoMs = parseDurationMs(text)
  const ms = agoMs === undefined ? Date.parse(text) : Date.now() - agoMs
  if (Number.isFinite(ms)) return new Date(ms).toISOString()
  throw wrongUsage(`--since: “${text}” is neither a duration, such as 10m, nor a time.`)
}
