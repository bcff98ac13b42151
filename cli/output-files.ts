/** Files that a command line names to be written. */
import { open } from 'node:fs/promises'
import { CommandFailure, EXIT } from './exit-codes.ts'

/** Of a file that is its owner's alone. */
export const PRIVATE_MODE = 0o600

/** Never over a file that is there: somebody may have worked on it. On the disk once this resolves. */
export async function writeNewFile(
  file: string,
  content: string | Uint8Array,
  mode?: number,
): Promise<void> {
  const handle = await open(file, 'wx', mode).catch((error: unknown) => {
    const there = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    const why = there ? `${file} is there already.` : `${file} cannot be written.`
    throw new CommandFailure(EXIT.FAILED, 'FILE_UNWRITABLE', why)
  })
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export function unwritable(file: string, error: unknown): CommandFailure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  return new CommandFailure(EXIT.FAILED, 'FILE_UNWRITABLE', unwritableText(file, code))
}

function unwritableText(file: string, code: string): string {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return `${file} cannot be written: there is no such folder.`
    case 'EISDIR':
      return `${file} is a folder.`
    case 'EACCES':
    case 'EPERM':
      return `You are not allowed to write ${file}.`
    case 'ENOSPC':
      return `There is no room for ${file}: what it holds is not all of it.`
    default:
      return `${file} cannot be written (${code}).`
  }
}
