import { Command, CommanderError } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { bundleCommands } from './commands/bundle.ts'
import { completionCommand } from './commands/completion.ts'
import { deployCommands } from './commands/deploy.ts'
import { doctorCommand } from './commands/doctor.ts'
import { logCommands } from './commands/logs.ts'
import { memberCommands } from './commands/members.ts'
import { networkCommands } from './commands/network.ts'
import { nodeCommands } from './commands/node.ts'
import { upCommand } from './commands/up.ts'
import { workloadCommands } from './commands/workloads.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { type CliDeps, createAct } from './run.ts'

/** Every command with its flags and help; what a command does is loaded when it is called. */
export function createProgram(deps: CliDeps): Command {
  const { terminal } = deps
  const program = new Command('mycelium')
    .description('Turns a spare computer into a node of a cloud owned by the people who run it.')
    .version(packageJson.version)
    .option('--home <folder>', 'the home of the node (default: $MYCELIUM_HOME or ~/.mycelium)')
    .option('--json', 'print one JSON document')
    .option('--quiet', 'print no notices')
    .option('--verbose', 'print more')
    .addHelpText('after', '\nExample:\n  mycelium init --network-name Garden && mycelium up')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .showHelpAfterError('See --help for how it is used.')
  const act = createAct(deps)
  networkCommands(program, act)
  upCommand(program, act, deps)
  nodeCommands(program, act)
  deployCommands(program, act)
  workloadCommands(program, act)
  logCommands(program, act)
  bundleCommands(program, act)
  memberCommands(program, act)
  doctorCommand(program, act)
  completionCommand(program, act)
  return program
}

/** Runs one command line. Never throws: every failure has an exit code and a text. */
export async function runCli(args: readonly string[], deps: CliDeps): Promise<ExitCode> {
  const { terminal } = deps
  const program = createProgram(deps)
  try {
    await program.parseAsync(args, { from: 'user' })
    return EXIT.DONE
  } catch (error) {
    // Commander has said what was wrong, or printed the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.DONE : EXIT.WRONG_USAGE
    const { toCommandFailure } = await import('./failures.ts')
    const { exit, code, message, details } = await toCommandFailure(error)
    if (program.opts<{ json?: boolean }>().json) {
      terminal.err(
        JSON.stringify({ error: message, code, ...(details !== undefined && { details }) }),
      )
    } else {
      terminal.err(`Error (${code}): ${message}`)
      if (program.opts<{ verbose?: boolean }>().verbose && error instanceof Error && error.stack) {
        terminal.err(error.stack)
      }
    }
    return exit
  }
}
