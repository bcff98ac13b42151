import { useEffect, useRef, useState } from 'react'
import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import type { Problem } from '../../transport/index.ts'
import { type Deployed, type DeployStep, deployDraft } from './deploying.ts'
import { EMPTY_DRAFT, isSameDraft, useDraft, useDraftStore } from './draft/index.ts'

export interface Deploying {
  deploy(): Promise<void>
  /** Ends after the step under way; what was deployed by then runs. */
  cancel(): void
  /** The step under way. */
  step: DeployStep | undefined
  /** How the last attempt ended, until the draft is changed. */
  last: Deployed | undefined
  problemOf(workload: DeployInput): Problem | undefined
}

/** Long enough to be read twice: what was shown before is not what counts. */
const KEPT_SHOWN_MS = 20_000

/** Takes the draft to the node, step by step. It is emptied only when all of it has been taken. */
export function useDeploying(onDeployed: (names: readonly string[]) => void): Deploying {
  const { client, workloads, toasts } = useWorld()
  const { t } = useText()
  const draft = useDraft()
  const { change } = useDraftStore()
  const [step, setStep] = useState<DeployStep>()
  const [last, setLast] = useState<Deployed>()
  const stop = useRef<AbortController>(undefined)

  const said = useRef(draft)
  // What was said was said of another draft.
  useEffect(() => {
    if (!isSameDraft(said.current, draft)) setLast(undefined)
    said.current = draft
  }, [draft])

  const deploy = async (): Promise<void> => {
    if (step) return
    const controller = new AbortController()
    stop.current = controller
    setLast(undefined)
    const deployed = await deployDraft(client(), draft, setStep, controller.signal)
    setStep(undefined)
    workloads.refresh()
    if (deployed.kept.length > 0) {
      const text = t('deploy.secrets.kept', { names: deployed.kept.join(', ') })
      toasts.show({ text, detail: t('deploy.secrets.keptDetail'), forMs: KEPT_SHOWN_MS })
    }
    if (deployed.failed || controller.signal.aborted) {
      setLast(deployed)
      return
    }
    change(() => EMPTY_DRAFT)
    onDeployed(deployed.names)
  }
  return {
    deploy,
    cancel: () => stop.current?.abort(),
    step,
    last,
    problemOf: (workload) => (last?.failed?.of === workload ? last.failed.problem : undefined),
  }
}
