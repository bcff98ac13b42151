/** Files that a command line names. What is wrong with one is told in a sentence. */
import { constants } from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import { CommandFailure, EXIT } from './exit-codes.ts'

/** For whoever opens it by its name next. */
export async function requireFile(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK)
    if (!(await stat(file)).isDirectory()) return
  } catch (error) {
    throw unreadable(file, error)
  }
  throw failed(`${file} is a folder.`)
}

export async function readInput(file: string): Promise<Buffer> {
  await requireFile(file)
  return readFile(file).catch((error: unknown) => {
    throw unreadable(file, error)
  })
}

/** A file's text, or with `-` what comes in by standard input. */
export async function readText(file: string): Promise<string> {
  if (file !== '-') return (await readInput(file)).toString('utf8')
  const chunks: Uint8Array[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

function unreadable(file: string, error: unknown): CommandFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CommandFailure(EXIT.NOT_FOUND, 'NOT_FOUND', `There is no file ${file}.`)
    case 'EACCES':
    case 'EPERM':
      return failed(`You are not allowed to read ${file}.`)
    default:
      return failed(`${file} cannot be read (${code}).`)
  }
}

function failed(message: string): CommandFailure {
  return new CommandFailure(EXIT.FAILED, 'FILE_UNREADABLE', message)
}
