/** What is looked at before the word of a workload is written, and what a refusal of that means. */
import { isCode } from '../../base/errors/index.ts'
import type { DesiredWorkload } from '../../work/spec/index.ts'
import { failure } from './failures.ts'
import type { NetworkParts } from './index.ts'

/** Of one that is not known: whoever does not know all that is said of it would write it without that. */
export function mustBeReadable(parts: NetworkParts, name: string): void {
  if (parts.desired.recordOf(name) !== 'unreadable') return
  const message = `A newer version of Mycelium wrote what is wanted of “${name}”: change it on a computer that has that version, or update this one.`
  throw failure('CONFLICT', message, { reason: 'UNREADABLE' })
}

/** Who changes what it has read may say so: somebody else may have been faster. */
export function mustBeAt(
  { workload, generation }: DesiredWorkload,
  asked: number | undefined,
): void {
  if (asked === undefined || asked === generation) return
  const message = `“${workload.name}” is at version ${generation} by now, not at ${asked}. Look at it again.`
  throw failure('CONFLICT', message, { reason: 'CHANGED_SINCE', generation })
}

/** Since it was looked at. */
export function isTaken(error: unknown): boolean {
  return isCode(error, 'CONFLICT') && Reflect.get(error.details ?? {}, 'reason') === 'NAME_TAKEN'
}
