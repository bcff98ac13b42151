/** The command line as a process: arguments, signals, exit code. */
import { runCli } from './program.ts'
import { untilStopSignal } from './stop-signal.ts'
import { createTerminal } from './terminal.ts'

process.exitCode = await runCli(process.argv.slice(2), {
  terminal: createTerminal(process),
  env: process.env,
  untilSignal: (onSecondPress) => untilStopSignal(process, onSecondPress),
})
