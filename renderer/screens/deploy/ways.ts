import type { ReactNode } from 'react'
import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import type { DeployWay } from '../../state/index.ts'
import type { FieldProblem } from '../../transport/index.ts'
import { CanvasWay } from './canvas-way.tsx'
import { CatalogueWay } from './catalogue/index.ts'
import { ManifestWay } from './manifest/index.ts'
import type { PreviewAnswer } from './use-previews.ts'

/** What a way is given beside the draft, which it reads and changes by `useDraft`. */
export interface WayProps {
  /** What the node says against a workload of the draft, by the paths of its manifest. */
  problemsOf: (workload: DeployInput) => readonly FieldProblem[]
  /** Where its copies would run, as the node said last. */
  answerOf: (workload: DeployInput) => PreviewAnswer | undefined
}

export interface Way {
  Panel: (props: WayProps) => ReactNode
  /** It takes the whole width: what would run where stands below it instead of beside it. */
  isWide?: boolean
}

/** Each of them shows all of the draft that it can, and changes nothing but the draft. */
export const WAYS: Record<DeployWay, Way> = {
  catalogue: { Panel: CatalogueWay },
  canvas: { Panel: CanvasWay, isWide: true },
  manifest: { Panel: ManifestWay },
}
