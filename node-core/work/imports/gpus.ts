/** Graphics processors: leased whole, by their number. */
import type { PartDraft } from './draft.ts'
import type { Scope } from './report.ts'
import type { Tree } from './tree.ts'

/** `unnamed`: certain ones were asked for. Of what is said in several places the most counts. */
export function takeGpus(
  at: Tree,
  { count, unnamed = false }: { count: number | undefined; unnamed?: boolean },
  { part, scope }: { part: PartDraft; scope: Scope },
): void {
  if (count === undefined) {
    scope.say(at, 'gpus-uncounted')
    return
  }
  if (count > 0) part.gpus = Math.max(part.gpus ?? 0, count)
  scope.say(at, unnamed ? 'gpus-unnamed' : 'kept')
}
