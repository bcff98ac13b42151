/** Why a node ended what took more than it may, for people. */
import { formatMemoryBytes } from '../spec/index.ts'
import type { Running } from './index.ts'

const MEBIBYTE = 2 ** 20

export function exceeded(
  what: 'DISK' | 'MEMORY',
  bytes: number,
  bytesMax: number,
): NonNullable<Running['endedFor']> {
  const verb = what === 'DISK' ? 'wrote' : 'took'
  const had = formatMemoryBytes(Math.ceil(bytes / MEBIBYTE) * MEBIBYTE)
  const message = `It ${verb} ${had} where it may have ${formatMemoryBytes(bytesMax)}, and was ended.`
  return { code: `${what}_EXCEEDED`, message }
}

/** Where the kernel ended it, which leaves no figure behind. */
export const MEMORY_GONE: NonNullable<Running['endedFor']> = {
  code: 'MEMORY_EXCEEDED',
  message:
    'It took all the memory that it may have, and was ended for that (exit code 137): it needs more ' +
    '(resources.memory, or --memory).',
}
