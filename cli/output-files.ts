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
