/** One line that a person types and nobody sees: the terminal does not echo it. */
import { createInterface, type Interface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { CommandFailure, EXIT } from './exit-codes.ts'

export async function hiddenLine(
  { stdin, stderr }: Pick<NodeJS.Process, 'stdin' | 'stderr'>,
  question: string,
): Promise<string> {
  stderr.write(question)
  // As a terminal it turns the echo off, and writes what is typed to its own output: nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const reading = createInterface({ input: stdin, output: nowhere, terminal: true })
  try {
    return await Promise.race([reading.question(''), untilClosed(reading)])
  } finally {
    reading.close()
    stderr.write('\n')
  }
}

/** Ctrl+C and Ctrl+D: what was typed so far is forgotten. */
function untilClosed(reading: Interface): Promise<never> {
  return new Promise((_, reject) => {
    const given = new CommandFailure(EXIT.FAILED, 'CANCELLED', 'No value was given.')
    reading.once('close', () => reject(given))
  })
}
