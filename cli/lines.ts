/** One line that a person types. */
import { createInterface, type Interface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { CommandFailure, EXIT } from './exit-codes.ts'

type Streams = Pick<NodeJS.Process, 'stdin' | 'stderr'>

export async function line({ stdin, stderr }: Streams, question: string): Promise<string> {
  return ask(createInterface({ input: stdin, output: stderr }), question)
}

/** Nobody sees it: the terminal does not echo it. */
export async function hiddenLine({ stdin, stderr }: Streams, question: string): Promise<string> {
  stderr.write(question)
  // As a terminal it turns the echo off, and writes what is typed to its own output: nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  try {
    return await ask(createInterface({ input: stdin, output: nowhere, terminal: true }), '')
  } finally {
    stderr.write('\n')
  }
}

async function ask(reading: Interface, question: string): Promise<string> {
  try {
    return await Promise.race([reading.question(question), untilClosed(reading)])
  } finally {
    reading.close()
  }
}

/** Ctrl+C and Ctrl+D: what was typed so far is forgotten. */
function untilClosed(reading: Interface): Promise<never> {
  return new Promise((_, reject) => {
    const given = new CommandFailure(EXIT.FAILED, 'CANCELLED', 'Nothing was answered.')
    reading.once('close', () => reject(given))
  })
}
