import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Act } from '../run.ts'
import { wholeNumber } from '../text/parse.ts'

export function logCommands(program: Command, act: Act): void {
  program
    .command('logs')
    .summary('what it wrote')
    .description('Prints what the instances of a workload wrote, merged by time.')
    .argument('<name>')
    .option('-f, --follow', 'go on until Ctrl+C')
    .option('--tail <n>', 'how many lines of the past', '200')
    .option('--instance <id>', 'only this one')
    .option('--timestamps', 'put the time before each line')
    .addHelpText('after', '\nExample:\n  mycelium logs web -f --tail 20')
    .action(act(logs))
}

interface LogFlags {
  follow?: boolean
  tail: string
  instance?: string
  timestamps?: boolean
}

/** With --json each line is a document of its own, as they come. */
async function logs(context: Context, [name = '']: string[], flags: LogFlags): Promise<void> {
  const node = await context.node()
  const lines = await node.call.workloads.logs({
    name,
    tail: wholeNumber('--tail', flags.tail),
    follow: flags.follow === true,
    ...(flags.instance !== undefined && { instance: flags.instance }),
  })
  for await (const entry of lines) {
    const { at, instance, part, line } = entry
    if (context.json) context.terminal.out(JSON.stringify(entry))
    else {
      const from = flags.instance === undefined ? `${instance} ` : ''
      const who = part === undefined ? '' : `${part} `
      context.terminal.out(`${flags.timestamps ? `${at} ` : ''}${from}${who}${line}`)
    }
  }
}
