import { Command, CommanderError } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { EXIT, ForeignExit } from './exit-codes.ts'
import { type Act, type CliDeps, createAct } from './run.ts'

interface CommandGroup {
  names: readonly string[]
  load(): Promise<(program: Command, act: Act, deps: CliDeps) => void>
}

/** Loading every file for every command would take longer than most commands do. */
const GROUPS: readonly CommandGroup[] = [
  {
    names: ['init', 'join', 'invite', 'leave'],
    load: async () => (await import('./commands/network.ts')).networkCommands,
  },
  {
    names: ['uninstall'],
    load: async () => (await import('./commands/uninstall.ts')).uninstallCommand,
  },
  { names: ['owner'], load: async () => (await import('./commands/owner.ts')).ownerCommands },
  { names: ['up'], load: async () => (await import('./commands/up.ts')).upCommand },
  {
    names: ['down', 'status', 'nodes', 'token'],
    load: async () => (await import('./commands/node.ts')).nodeCommands,
  },
  {
    names: ['contribute'],
    load: async () => (await import('./commands/contribute.ts')).contributeCommand,
  },
  {
    names: ['cordon', 'uncordon', 'drain', 'sleep', 'wake'],
    load: async () => (await import('./commands/cordon.ts')).cordonCommands,
  },
  { names: ['deploy'], load: async () => (await import('./commands/deploy.ts')).deployCommands },
  {
    names: ['catalogue'],
    load: async () => (await import('./commands/catalogue.ts')).catalogueCommands,
  },
  { names: ['import'], load: async () => (await import('./commands/import.ts')).importCommand },
  {
    names: ['ps', 'scale', 'delete', 'open', 'why'],
    load: async () => (await import('./commands/workloads.ts')).workloadCommands,
  },
  { names: ['update'], load: async () => (await import('./commands/update.ts')).updateCommand },
  {
    names: ['versions', 'rollback', 'restart', 'rollout'],
    load: async () => (await import('./commands/versions.ts')).versionCommands,
  },
  {
    names: ['pause', 'resume'],
    load: async () => (await import('./commands/pausing.ts')).pausingCommands,
  },
  {
    names: ['requests'],
    load: async () => (await import('./commands/requests.ts')).requestsCommand,
  },
  {
    names: ['runs', 'run', 'schedule'],
    load: async () => (await import('./commands/runs.ts')).runCommands,
  },
  { names: ['logs'], load: async () => (await import('./commands/logs.ts')).logCommands },
  {
    names: ['exec', 'audit'],
    load: async () => (await import('./commands/exec.ts')).execCommands,
  },
  { names: ['stats'], load: async () => (await import('./commands/stats.ts')).statsCommand },
  { names: ['bundle'], load: async () => (await import('./commands/bundle.ts')).bundleCommands },
  {
    names: ['promote', 'demote', 'release', 'transfer'],
    load: async () => (await import('./commands/committee.ts')).committeeCommands,
  },
  { names: ['recover'], load: async () => (await import('./commands/recover.ts')).recoverCommands },
  { names: ['trust'], load: async () => (await import('./commands/trust.ts')).trustCommand },
  { names: ['seed'], load: async () => (await import('./commands/seed.ts')).seedCommands },
  { names: ['kv'], load: async () => (await import('./commands/kv.ts')).kvCommands },
  {
    names: ['secret'],
    load: async () => (await import('./commands/secret.ts')).secretCommands,
  },
  {
    names: ['reclaim'],
    load: async () => (await import('./commands/reclaim.ts')).reclaimCommand,
  },
  {
    names: ['volume'],
    load: async () => (await import('./commands/volume.ts')).volumeCommands,
  },
  { names: ['members'], load: async () => (await import('./commands/members.ts')).memberCommands },
  {
    names: ['proposals'],
    load: async () => (await import('./commands/proposals.ts')).proposalCommands,
  },
  {
    names: ['reputation'],
    load: async () => (await import('./commands/reputation.ts')).reputationCommand,
  },
  { names: ['doctor'], load: async () => (await import('./commands/doctor.ts')).doctorCommand },
  {
    names: ['bug-report'],
    load: async () => (await import('./commands/bug-report.ts')).bugReportCommand,
  },
  // It tells of every command, so it is loaded with all the others.
  { names: [], load: async () => (await import('./commands/completion.ts')).completionCommand },
]

/** The command that is asked for with its flags and help; without one of ours, all of them. */
export async function createProgram(args: readonly string[], deps: CliDeps): Promise<Command> {
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
      // Said by `runCli`, as every other failure.
      outputError: () => {},
    })
  const act = createAct(deps)
  for (const group of groupsFor(args)) (await group.load())(program, act, deps)
  return program
}

function groupsFor(args: readonly string[]): readonly CommandGroup[] {
  if (args.length === 1 && args[0] === '--version') return []
  const command = commandIn(args) ?? ''
  const asked = GROUPS.find(({ names }) => names.includes(command))
  return asked ? [asked] : GROUPS
}

/** The first word that is neither a flag nor the folder after `--home`. */
function commandIn(args: readonly string[]): string | undefined {
  return args.find((arg, index) => !arg.startsWith('-') && args[index - 1] !== '--home')
}

/** Before its help is asked for: the parser would give that of all commands. */
async function mustKnow(program: Command, command: string | undefined): Promise<void> {
  const names = program.commands.flatMap((one) => [one.name(), ...one.aliases()])
  if (command === undefined || command === 'help' || names.includes(command)) return
  // Alone the parser refuses it, and says what may have been meant.
  await program.parseAsync([command], { from: 'user' })
}

/** Runs one command line. Never throws: every failure has an exit code and a text. */
export async function runCli(args: readonly string[], deps: CliDeps): Promise<number> {
  const { terminal } = deps
  const program = await createProgram(args, deps)
  try {
    await mustKnow(program, commandIn(args))
    await program.parseAsync(args, { from: 'user' })
    return EXIT.DONE
  } catch (error) {
    if (error instanceof ForeignExit) return error.exit
    const { json, verbose = false } = program.opts<{ json?: boolean; verbose?: boolean }>()
    const { refusedByParser, tellFailure } = await import('./tell-failure.ts')
    if (!(error instanceof CommanderError)) {
      return tellFailure(error, { terminal, json: json ?? false, verbose })
    }
    if (error.exitCode === 0) return EXIT.DONE
    const refused = refusedByParser(error)
    // The help stands there instead.
    if (!refused) return EXIT.WRONG_USAGE
    // The parser may have stopped before it came to the flag.
    return tellFailure(refused, { terminal, json: json ?? args.includes('--json'), verbose })
  }
}
