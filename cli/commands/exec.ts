/** Commands inside instances, and what this node remembers of them. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT, ForeignExit } from '../exit-codes.ts'
import type { NodeClient } from '../node-client.ts'
import type { Act } from '../run.ts'
import { wholeNumber } from '../text/parse.ts'
import { table } from '../text/table.ts'

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
    .option('--instance <id>', 'inside this one (default: the first that runs)')
    .option('--part <name>', 'inside this container of it')
    .option('-i, --stdin', 'it reads what this command reads')
    .option('-t, --tty', 'with a terminal')
    .addHelpText('after', '\nExample:\n  mycelium exec web -it -- /bin/sh')
    .action(act(exec))
  program
    .command('audit')
    .summary('who ran which commands inside instances of this node')
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
  const id = flags.instance ?? (await firstRunning(node, name))
  const terminal = flags.tty ? sizeOf(process.stdout) : undefined
  const reads = flags.stdin === true
  const events = await node.call.commands.run({
    ...{ id, command, input: reads },
    ...(flags.part !== undefined && { part: flags.part }),
    ...(terminal && { terminal }),
  })
  let stop: () => void = () => {}
  try {
    for await (const event of events) {
      if ('session' in event)
        stop = connect(node, event.session, { reads, tty: flags.tty === true })
      else if ('exitCode' in event) return endAs(event.exitCode)
      else (event.stream === 'stdout' ? process.stdout : process.stderr).write(decoded(event.data))
    }
  } finally {
    stop()
  }
  throw new CommandFailure(EXIT.FAILED, 'CUT_OFF', 'The command was cut off before its end.')
}

function endAs(exitCode: number): void {
  if (exitCode !== 0) throw new ForeignExit(exitCode)
}

function decoded(data: string): Buffer {
  return Buffer.from(data, 'base64')
}

async function firstRunning(node: NodeClient, name: string): Promise<string> {
  const { instances } = await node.call.workloads.get({ name })
  const running = instances
    .filter(({ status, lost }) => status === 'Running' && !lost)
    .sort((a, b) => a.index - b.index)
  const [first] = running
  if (first) return first.id
  throw new CommandFailure(EXIT.NOT_FOUND, 'NOT_FOUND', `No instance of ${name} runs in reach.`)
}

/** Hands over what is typed and how large the terminal is, one after the other. */
function connect(
  node: NodeClient,
  session: string,
  { reads, tty }: { reads: boolean; tty: boolean },
): () => void {
  let queue: Promise<unknown> = Promise.resolve()
  type Input = Omit<Parameters<typeof node.call.commands.input>[0], 'session'>
  const say = (input: Input): Promise<unknown> => {
    queue = queue
      .then(() => node.call.commands.input({ session, ...input }))
      // It has ended: what it does not read any more is of no use to it.
      .catch(() => {})
    return queue
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
  return () => {
    stdout.off('resize', resized)
    if (raw) stdin.setRawMode(false)
    if (reads) stdin.destroy()
  }
}

/** Bytes that are sent at once. */
const INPUT_BYTES_MAX = 65_536

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
      entry.owner.name || entry.owner.id,
      entry.instance,
      entry.words > 0 ? `${entry.program} (+${entry.words})` : entry.program,
      entry.what + (entry.exitCode === undefined ? '' : ` with ${entry.exitCode}`),
      entry.reason ?? '',
    ])
    return table(['WHEN', 'WHO', 'WHERE', 'COMMAND', 'WHAT', 'WHY'], rows)
  })
}
