/**
 * The exit code that process 1 of a shelter leaves beside the record when its program has ended, by a
 * file that it was handed open: a node that was away then is told by it. Nothing but the program's own
 * end depends on it, so what a program that found its way there may write is bounded, not kept out.
 */
import { type FileHandle, open, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { EXIT_NOTE_BLOCKS_BYTES_MAX, EXIT_NOTE_BYTES_MAX } from './limits.ts'

const FILE = 'exit-code'

export function openExitNote(folder: string): Promise<FileHandle> {
  return open(join(folder, FILE), 'w', 0o600)
}

/** Undefined where there is none: it has no shelter, or was killed together with that. */
export async function readExitNote(folder: string): Promise<number | undefined> {
  const handle = await open(join(folder, FILE), 'r').catch(() => undefined)
  if (!handle) return undefined
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(EXIT_NOTE_BYTES_MAX + 1))
    const text = buffer.toString('latin1', 0, bytesRead)
    return /^\d{1,3}\n$/.test(text) && Number(text) <= 255 ? Number(text) : undefined
  } finally {
    await handle.close()
  }
}

/** What no process 1 has written is of no use. */
export async function boundExitNote(folder: string): Promise<void> {
  const handle = await open(join(folder, FILE), 'r').catch(() => undefined)
  if (!handle) return
  const { size, blocks } = await handle.stat().finally(() => handle.close())
  if (size > EXIT_NOTE_BYTES_MAX) await truncate(join(folder, FILE))
  // Reserved behind its end: of no size, and on the disk all the same.
  else if (blocks * 512 > EXIT_NOTE_BLOCKS_BYTES_MAX) await truncate(join(folder, FILE), size)
}
