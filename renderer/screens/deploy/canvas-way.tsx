import { useText } from '../../i18n/index.ts'
import { useResource, useWorld } from '../../state/index.ts'
import { Canvas, type Finding, UnfinishedContext } from './canvas/index.ts'
import {
  asStep,
  type EnvPlace,
  renamed,
  unfinishedOf,
  useDraft,
  useDraftStore,
  useIsChanged,
  useIsUndone,
  withUnfinished,
  withWorkloads,
} from './draft/index.ts'
import { shortWords } from './preview.tsx'
import type { WayProps } from './ways.ts'

const BAD = 'bad' as const

/** The draft as a picture of what it is made of. */
export function CanvasWay({ problemsOf, answerOf }: WayProps) {
  const { t } = useText()
  const store = useDraftStore()
  const draft = useDraft()
  const { workloads } = draft
  const running = useResource(useWorld().workloads).data?.map(({ name }) => name) ?? []
  const [isChanged, isUndone] = [useIsChanged(), useIsUndone()]
  const findings = workloads.flatMap((workload, index): Finding[] => {
    const wrong = problemsOf(workload).map((problem) => ({ ...problem, index, tone: BAD }))
    const answer = answerOf(workload)
    const message = answer && shortWords(answer, t)
    return message === undefined ? wrong : [...wrong, { index, path: '', message, tone: 'warn' }]
  })
  const unfinished = {
    textOf: (place: EnvPlace) => unfinishedOf(draft, place),
    put: (place: EnvPlace, text: string | undefined, stroke: string) =>
      store.change((now) => withUnfinished(now, place, text), stroke),
  }
  return (
    <UnfinishedContext value={unfinished}>
      <Canvas
        bodies={workloads}
        of={store}
        {...{ findings, running }}
        onEdit={(to, stroke) =>
          store.change((now) => {
            const next = to(now.workloads)
            return next === now.workloads ? now : withWorkloads(now, next)
          }, stroke)
        }
        onRename={(from, to) => store.change((now) => renamed(now, from, to))}
        onStep={(stroke) => {
          store.change(asStep, stroke)
          return store.store.getState().draft.workloads
        }}
        undo={isChanged ? store.undo : undefined}
        redo={isUndone ? store.redo : undefined}
      />
    </UnfinishedContext>
  )
}
