/** Volumes on their way into a manifest: each workload has its own, by a name that fits here. */
import type { ReportCode } from './codes.ts'
import { type Draft, labelOf, type PartDraft } from './draft.ts'
import type { Tree } from './tree.ts'

interface Wish {
  at: Tree
  /** What it was called, or where it is mounted when it had no name. */
  source: string
  path: string
  readOnly: boolean
  bytes?: number | undefined
  /** Nothing of it need outlast the copy. */
  forAWhile?: boolean
}

const NAME_LENGTH_MAX = 32

export function addMount(draft: Draft, part: PartDraft, wish: Wish): void {
  const { at, source, readOnly, bytes, forAWhile = false } = wish
  const code: ReportCode = forAWhile ? 'shared-for-a-while' : 'volume-local'
  const path = wish.path.replace(/(?<=.)\/+$/, '')
  if (part.mounts.some((mount) => mount.path === path)) {
    draft.scope.say(at, 'said-again')
    return
  }
  const known = draft.volumes.get(source)
  const name = known?.name ?? nameFor(source, draft)
  if (!known) {
    const rules = {
      ...(bytes !== undefined && { bytes }),
      ...(forAWhile && { ifLost: 'empty' as const }),
    }
    draft.volumes.set(source, { at, name, ...rules })
  }
  part.mounts.push({ volume: name, path, ...(readOnly && { readOnly }) })
  draft.scope.say(at, code)
}

/** Two that come to the same here are told apart by a number. */
function nameFor(source: string, { volumes }: Draft): string {
  const label = labelOf(source.slice(-NAME_LENGTH_MAX)) ?? 'data'
  const taken = new Set([...volumes.values()].map(({ name }) => name))
  for (let serial = 1; ; serial++) {
    const name = serial === 1 ? label : `${label.slice(0, NAME_LENGTH_MAX - 4)}-${serial}`
    if (!taken.has(name)) return name
  }
}

/**
 * What several workloads wrote together: here each would have an empty one of its own, and come out broken.
 * One without a name is called by where it is mounted, and is each one's own anyhow.
 */
export function refuseShared(drafts: readonly Draft[]): void {
  const seen = new Map<string, string>()
  for (const { name, volumes, scope } of drafts) {
    for (const [source, { at }] of volumes) {
      if (source.startsWith('/')) continue
      const other = seen.get(source)
      if (other === undefined) seen.set(source, name)
      else scope.say(at, 'shared-volume', `“${other}” names “${source}” too. ${APART}`)
    }
  }
}

const APART =
  'Workloads share no volume, and would not see each other’s files. Make containers of one workload of them, or give this one a volume of another name.'
