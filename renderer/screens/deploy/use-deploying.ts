import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import type { Problem } from '../../transport/index.ts'
import { useDeployRun } from './deploy-state.tsx'
import type { Deployed, DeployStep } from './deploying.ts'
import { isSameDraft, useDraft } from './draft/index.ts'
import { refusalWords } from './refusal-words.ts'

export interface Deploying {
  deploy(): Promise<void>
  /** Ends after the step under way; what was deployed by then runs. */
  cancel(): void
  /** Drops how the last attempt ended. */
  forget(): void
  isUnderWay: boolean
  /** The step under way. */
  step: DeployStep | undefined
  /** How the last attempt ended, until the draft is changed. */
  last: Deployed | undefined
  problemOf(workload: DeployInput): Problem | undefined
}

/** Long enough to be read twice: what was shown before is not what counts. */
const KEPT_SHOWN_MS = 20_000

/** Takes the draft to the node, step by step. It is emptied only when all of it has been taken. */
export function useDeploying(onDeployed: (deployed: Deployed) => void): Deploying {
  const { client, workloads, toasts, route } = useWorld()
  const { t } = useText()
  const run = useDeployRun()
  const draft = useDraft()
  const { isUnderWay, step, at, last: ended } = useStore(run.store)
  useEffect(() => run.watch(onDeployed), [run, onDeployed])
  // What was said was said of another draft.
  const last = at && isSameDraft(at, draft) ? ended : undefined

  const deploy = async (): Promise<void> => {
    const end = await run.begin(client)
    if (!end) return
    workloads.refresh()
    if (end.kept.length > 0) {
      const text = t('deploy.secrets.kept', { names: end.kept.join(', ') })
      toasts.show({ text, detail: t('deploy.secrets.keptDetail'), forMs: KEPT_SHOWN_MS })
    }
    if (end.isSeen) return
    if (end.failed) {
      const { title, detail } = refusalWords(end, t)
      const look = (): void => route.go({ at: 'deploy' })
      const action = { label: t('deploy.lookAgain'), run: look }
      toasts.show({ tone: 'bad', text: title, detail, action })
    } else if (end.isWhole) {
      const names = { name: end.names.join(', '), count: end.names.length }
      toasts.show({ text: t('deploy.progress.taken', names) })
    }
  }
  return {
    deploy,
    cancel: run.cancel,
    forget: run.forget,
    isUnderWay,
    step,
    last,
    problemOf: (workload) => (last?.failed?.of === workload ? last.failed.problem : undefined),
  }
}
