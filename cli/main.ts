/** The command line as a process: arguments, signals, exit code. */
import { runCli } from './program.ts'
import { createTerminal } from './terminal.ts'

process.exitCode = await runCli(process.argv.slice(2), {
  terminal: createTerminal(process),
  env: process.env,
  untilSignal: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.once(signal, () => {
          // A second one means it: nothing stands in the way of the system's own answer then.
          process.removeAllListeners(signal)
          resolve(signal)
        })
      }
    }),
})
