/**
 * A file that holds a file system of a fixed size: whoever fills it finds it full, and nobody else
 * does. It takes as much room as is written into it. Mounted in a program's own namespace, it goes
 * with the last process of that, however the node ends.
 */
import { open } from 'node:fs/promises'
import { BYTES_PER_INODE } from './limits.ts'
import { runTool } from './run-tool.ts'

export interface DiskImage {
  image: string
  bytes: number
  /** Folder whose content it begins with, owners included. */
  from: string
  /** Whose its root is; undefined: ours. */
  userId: number | undefined
}

export async function makeDiskImage(
  mkfs: string,
  { image, bytes, from, userId }: DiskImage,
): Promise<void> {
  const file = await open(image, 'w', 0o600)
  try {
    await file.truncate(bytes)
  } finally {
    await file.close()
  }
  const owner = userId === undefined ? '' : `,root_owner=${userId}:${userId}`
  await runTool({
    file: mkfs,
    args: [
      ...['-q', '-F', '-m', '0', '-d', from, '-i', String(BYTES_PER_INODE)],
      // What is in it does not outlive its program, so nothing is ever recovered.
      ...['-O', '^has_journal,^resize_inode', '-E', `lazy_itable_init=1,nodiscard${owner}`],
      image,
    ],
  })
}
