/** Commands inside instances, and what this node remembers of them. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT, ForeignExit } from '../exit-codes.ts'
import { isBecause } from '../failures.ts'
import { AHEAD_BYTES, INPUT_BYTES_MAX } from '../limits.ts'
import type { NodeClient } from '../node-client.ts'
import type { Act } from '../run.ts'
import { wholeNumber } from '../text/parse.ts'
import { table } from '../text/table.ts'
import { instanceNamed } from './instance-named.ts'

export function execCommands(program: Command, act: Act): void {
  program
    .command('exec')
    .summary('run a command inside an instance')
    .description(
      'Runs a command inside an instance of a workload, whichever node runs that, and ends as it ends. ' +
        'That node writes down who ran what.',
    )
    .argument('<name>')
    .argument('<command...>', 'after --, with its words')
    .option(
      '--instance <id>',
      'inside this one, by its id or as web-0 (default: the first that runs)',
    )
    .option('--part <name>', 'inside this container of it')
    .option('-i, --stdin', 'it reads what this command reads')
    .option('-t, --tty', 'with a terminal')
    .addHelpText('after', '\nExample:\n  mycelium exec web -it -- /bin/sh')
    .action(act(exec))
  program
    .command('audit')
    .summary('who ran which commands inside instances of this node')
    .description(
      'Lists the last commands that were run inside instances of this node, and by whom.',
    )
    .option('--tail <n>', 'how many of the last', '100')
    .addHelpText('after', '\nExample:\n  mycelium audit --tail 20')
    .action(act(audit))
}

interface ExecFlags {
  instance?: string
  part?: string
  stdin?: boolean
  tty?: boolean
}

async function exec(
  context: Context,
  [name = '', ...command]: string[],
  flags: ExecFlags,
): Promise<void> {
  const node = await context.node()
  const id = await (flags.instance === undefined
    ? firstRunning(node, name)
    : instanceNamed(node, name, flags.instance))
  const terminal = flags.tty ? sizeOf(process.stdout) : undefined
  const reads = flags.stdin === true
  const events = await node.call.commands.run({
    ...{ id, command, input: reads, aheadBytes: AHEAD_BYTES },
    ...(flags.part !== undefined && { part: flags.part }),
    ...(terminal && { terminal }),
  })
  let line: Line | undefined
  try {
    for await (const event of events) {
      if ('session' in event) {
        line = connect(node, event.session, { reads, tty: flags.tty === true })
      } else if ('exitCode' in event) {
        return endAs(event.exitCode)
      } else {
        const bytes = Buffer.from(event.data, 'base64')
        await written(event.stream === 'stdout' ? process.stdout : process.stderr, bytes)
        line?.hasRead(bytes.length)
      }
    }
  } catch (error) {
    throw notBegun(error) ?? error
  } finally {
    line?.stop()
  }
  throw new CommandFailure(EXIT.FAILED, 'CUT_OFF', 'The command was cut off before its end.')
}

/** Where its program could not be started: a shell that was asked for it would end so too. */
function notBegun(error: unknown): CommandFailure | undefined {
  if (!(error instanceof Error) || !isBecause(error, 'NOT_RUNNABLE')) return undefined
  const data: unknown = Reflect.get(error, 'data')
  const { exitCode } = Object(data)
  const exit = exitCode === EXIT.NO_PROGRAM ? EXIT.NO_PROGRAM : EXIT.NOT_EXECUTABLE
  return new CommandFailure(exit, 'NOT_RUNNABLE', error.message, data)
}

function endAs(exitCode: number): void {
  if (exitCode !== 0) throw new ForeignExit(exitCode)
}

/** Resolves once whoever reads this command has room for more, as at any pipe. */
function written(out: NodeJS.WriteStream, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    if (out.write(bytes, () => resolve())) resolve()
  })
}

async function firstRunning(node: NodeClient, name: string): Promise<string> {
  const { instances } = await node.call.workloads.get({ name })
  const running = instances
    .filter(({ status, lost }) => status === 'Running' && !lost)
    .sort((a, b) => a.index - b.index)
  const first = running.find(({ unassigned }) => !unassigned)
  if (first) return first.id
  const none = `No instance of ${name} runs in reach.`
  const [said] = running
  const why = said ? ` ${said.nodeName} says that it runs one, and was not given any.` : ''
  throw new CommandFailure(EXIT.NOT_FOUND, 'NOT_FOUND', none + why)
}

interface Line {
  /** So much of what it printed is written: it may print as much more. */
  hasRead(bytes: number): void
  stop(): void
}

/** Hands over what is typed and how large the terminal is, one after the other, and what was read. */
function connect(
  node: NodeClient,
  session: string,
  { reads, tty }: { reads: boolean; tty: boolean },
): Line {
  let queue: Promise<unknown> = Promise.resolve()
  type Input = Omit<Parameters<typeof node.call.commands.input>[0], 'session'>
  const say = (input: Input): Promise<unknown> => {
    queue = queue
      .then(() => node.call.commands.input({ session, ...input }))
      // It has ended: what it does not read any more is of no use to it.
      .catch(() => {})
    return queue
  }
  let unsaidBytes = 0
  const hasRead = (bytes: number): void => {
    unsaidBytes += bytes
    // Not for every line: one message for a good part of how far it may be ahead.
    if (unsaidBytes < AHEAD_BYTES / 4) return
    const readBytes = unsaidBytes
    unsaidBytes = 0
    // Beside what is typed: a command that stands until it is read takes nothing of that either.
    void node.call.commands.input({ session, readBytes }).catch(() => {})
  }
  const { stdin, stdout } = process
  const resized = (): void => {
    const terminal = sizeOf(stdout)
    if (terminal) void say({ terminal })
  }
  if (tty) stdout.on('resize', resized)
  const raw = tty && reads && stdin.isTTY === true
  if (raw) stdin.setRawMode(true)
  // Closing the input while it is waited for fails that wait: the command has ended then.
  if (reads) read().catch(() => {})

  async function read(): Promise<void> {
    for await (const chunk of stdin) {
      const bytes = Buffer.from(chunk)
      for (let from = 0; from < bytes.length; from += INPUT_BYTES_MAX) {
        await say({ data: bytes.subarray(from, from + INPUT_BYTES_MAX).toString('base64') })
      }
    }
    await say({ end: true })
  }
  return {
    hasRead,
    stop() {
      stdout.off('resize', resized)
      if (raw) stdin.setRawMode(false)
      if (reads) stdin.destroy()
    },
  }
}

function sizeOf(out: NodeJS.WriteStream): { columns: number; rows: number } | undefined {
  return { columns: out.columns || 80, rows: out.rows || 24 }
}

async function audit(context: Context, _: string[], flags: { tail: string }): Promise<void> {
  const node = await context.node()
  const answer = await node.call.commands.audit({ tail: wholeNumber('--tail', flags.tail) })
  context.answer(answer, () => {
    if (answer.entries.length === 0) return 'No command was run inside an instance of this node.'
    const rows = answer.entries.map((entry) => [
      entry.at,
      entry.owner.name || entry.owner.id.slice(0, 8),
      entry.from.name || entry.from.id.slice(0, 8),
      entry.instance,
      entry.words > 0 ? `${entry.program} (+${entry.words})` : entry.program,
      entry.what + (entry.exitCode === undefined ? '' : ` with ${entry.exitCode}`),
      entry.reason ?? '',
    ])
    return table(['WHEN', 'WHO', 'FROM', 'WHERE', 'COMMAND', 'WHAT', 'WHY'], rows)
  })
}
