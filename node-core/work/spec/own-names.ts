/**
 * Names as a workload's owner says them, and as they are kept where another owner has the short one
 * (docs/adr/0048). By their form alone: whose they are is the registry's to say.
 */
import { shortForm } from '../../control/registry/index.ts'

/** Whether `said` is the workload `self`, by either of its names. */
export function isSelf(said: string, self: string | undefined): boolean {
  return self !== undefined && (said === self || said === shortForm(self))
}

/** `wiki/password`, as `wiki-of-3f9a21c07b` keeps it: under its whole name. */
export function underSelf(path: string, self: string | undefined): string {
  const short = self === undefined ? undefined : shortForm(self)
  return short !== undefined && path.startsWith(`${short}/`)
    ? `${self}${path.slice(short.length)}`
    : path
}
