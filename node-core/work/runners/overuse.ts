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
