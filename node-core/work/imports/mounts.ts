/** Volumes on their way into a manifest: each workload has its own, by a name that fits here. */
import type { ReportCode } from './codes.ts'
import { type Common, type Draft, labelOf, type PartDraft } from './draft.ts'
import type { Tree } from './tree.ts'

interface Wish {
  at: Tree
  /** What it was called, or where it is mounted when it had no name. */
  source: string
  /** The folder of it that is mounted, which is a volume of its own here. */
  within?: string | undefined
  /** What it is to other workloads of the text; absent where it is each one's own. */
  common?: Common | undefined
  path: string
  readOnly: boolean
  bytes?: number | undefined
  /** What is said of it: with `…-for-a-while` nothing of it need outlast the copy. */
  code?: ReportCode
}

const NAME_LENGTH_MAX = 32

export function addMount(draft: Draft, part: PartDraft, wish: Wish): void {
  const { at, source, within, common, readOnly, bytes, code = 'volume-local' } = wish
  const forAWhile = code === 'shared-for-a-while' || code === 'kept-for-a-while'
  const path = wish.path.replace(/(?<=.)\/+$/, '')
  if (part.mounts.some((mount) => mount.path === path)) {
    draft.scope.say(at, 'said-again')
    return
  }
  const folderOf = (whole: string) => (within === undefined ? whole : `${whole}/${within}`)
  // One that is common is one, whatever it is called here.
  const key = folderOf(common?.id ?? source)
  const known = draft.volumes.get(key)
  const name = known?.name ?? nameFor(folderOf(source), draft)
  if (!known) {
    const rules = {
      ...(bytes !== undefined && { bytes }),
      ...(forAWhile && { ifLost: 'empty' as const }),
    }
    draft.volumes.set(key, { at, name, common, within, ...rules })
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

/** What several workloads wrote together: here each would have an empty one of its own, and come out broken. */
export function refuseShared(drafts: readonly Draft[]): void {
  /** By its id, and by the folder of it: who named it first. */
  const seen = new Map<string, Map<string, Draft>>()
  for (const draft of drafts) {
    for (const { at, common, within = WHOLE } of draft.volumes.values()) {
      if (!common) continue
      const folders = seen.get(common.id) ?? new Map<string, Draft>()
      const [first] = folders.values()
      const other = within === WHOLE ? first : (folders.get(WHOLE) ?? folders.get(within))
      if (!other) seen.set(common.id, folders.set(within, draft))
      else draft.scope.say(at, 'shared-volume', sharedText(common, { other, draft }))
    }
  }
}

const WHOLE = ''

function sharedText({ called }: Common, { other, draft }: { other: Draft; draft: Draft }): string {
  return other === draft
    ? `“${called}” ${IN_PARTS}`
    : `“${other.name}” names “${called}” too. ${APART}`
}

const APART =
  'Workloads share no volume, and would not see each other’s files. Make containers of one workload of them, or give this one a volume of another name.'
const IN_PARTS =
  'is mounted as a whole and in part. The part is a volume of its own here, and neither shows the other’s files: mount the whole, or parts alone.'
