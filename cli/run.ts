import type { Command } from 'commander'
import { type Context, createContext, type GlobalOptions } from './context.ts'
import type { Terminal } from './terminal.ts'

export interface CliDeps {
  terminal: Terminal
  env: NodeJS.ProcessEnv
  /** Resolves with the signal that asks to stop; `up` and followed logs wait for it. */
  untilSignal(onSecondPress?: () => boolean): Promise<NodeJS.Signals>
}

/** Turns `(context, args, options)` into what commander calls. */
export type Act = <Options extends object>(
  action: (context: Context, args: string[], options: Options) => Promise<void>,
) => (...given: unknown[]) => Promise<void>

export function createAct(deps: CliDeps): Act {
  return (action) =>
    async (...given) => {
      // Commander hands over the arguments, then the options, then the command itself.
      const command = given.at(-1) as Command
      const globals = command.optsWithGlobals<GlobalOptions>()
      const args = given.slice(0, -2).flatMap((each) => (each === undefined ? [] : [each]))
      const context = await createContext(globals, deps)
      await action(context, args.flat().map(String), command.opts())
    }
}
