import type { CommanderError } from 'commander'
import { CommandFailure, EXIT, type ExitCode, wrongUsage } from './exit-codes.ts'
import { toCommandFailure, wrongFieldsIn } from './failures.ts'
import { hintFor } from './hints.ts'
import type { Terminal } from './terminal.ts'

/** Says why a command failed, by one form for all of them, and answers with what it exits. */
export async function tellFailure(
  error: unknown,
  { terminal, json, verbose }: { terminal: Terminal; json: boolean; verbose: boolean },
): Promise<ExitCode> {
  const { exit, code, message, details } = await toCommandFailure(error)
  if (json) {
    terminal.err(
      JSON.stringify({ error: message, code, ...(details !== undefined && { details }) }),
    )
    return exit
  }
  const fields = wrongFieldsIn(details)
  const isSaid = fields.every((field) => message.includes(field))
  const many = fields.length > 1 && !isSaid
  // What a command itself says tells more than how many it says it of.
  const isOwn = error instanceof CommandFailure
  const head = many && !isOwn ? `${fields.length} fields are wrong.` : message
  const hint = hintFor(code, details)
  terminal.err(`Error (${code}): ${head}${hint && ` ${hint}`}`)
  for (const field of many ? fields : []) terminal.err(`  ${field}`)
  const isExpected = exit !== EXIT.FAILED || isOwn
  if (verbose && !isExpected && error instanceof Error && error.stack) terminal.err(error.stack)
  return exit
}

/** What the parser refused, or undefined where it gave the help or the version that was asked for. */
export function refusedByParser({ code, message }: CommanderError): CommandFailure | undefined {
  if (HELP.has(code)) return undefined
  const [first = '', ...more] = message.replace(/^error: /, '').split('\n')
  const said = `${first.charAt(0).toUpperCase()}${first.slice(1)}.`
  // "(Did you mean deploy?)"
  const guesses = more.map((text) => text.replace(/^\((.*)\)$/, '$1'))
  return wrongUsage([said, ...guesses, 'See --help for how it is used.'].join(' '))
}

const HELP: ReadonlySet<string> = new Set([
  'commander.help',
  'commander.helpDisplayed',
  'commander.version',
])
