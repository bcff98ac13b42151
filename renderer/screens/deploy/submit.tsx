import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import { Button, ProblemPanel } from '../../design/index.ts'
import { type Text, useText } from '../../i18n/index.ts'
import type { Deployed } from './deploying.ts'
import { clashesOf, useDraft } from './draft/index.ts'
import { HalfThereActions } from './half-there.tsx'
import { refusalWords } from './refusal-words.ts'
import type { Deploying } from './use-deploying.ts'

/** The one button that does something, and while it does, what. */
export function Submit({ ready, deploying }: { ready: boolean; deploying: Deploying }) {
  const { t } = useText()
  const draft = useDraft()
  const { isUnderWay, step, last, cancel } = deploying
  return (
    <>
      {last?.failed && <Refused last={last} onMended={deploying.forget} />}
      <Button
        kind="primary"
        type="submit"
        icon="deploy"
        disabled={!ready || clashesOf(draft).length > 0}
        busy={isUnderWay}
      >
        {wordOf(draft.workloads, t)}
      </Button>
      {step && (
        <p className="deploy-step" role="status">
          <span>{t(`deploy.step.${step.kind}`, { name: step.name })}</span>
          <Button kind="plain" onPress={cancel}>
            {t('words.cancel')}
          </Button>
        </p>
      )}
    </>
  )
}

function Refused({ last, onMended }: { last: Deployed; onMended: () => void }) {
  const { t } = useText()
  const { title, detail } = refusalWords(last, t)
  const actions = last.half && <HalfThereActions half={last.half} onMended={onMended} />
  return (
    <ProblemPanel title={title} actions={actions}>
      {detail}
    </ProblemPanel>
  )
}

function wordOf(workloads: readonly DeployInput[], t: Text): string {
  const [only, second] = workloads
  if (!only) return t('deploy.title')
  if (second) return t('deploy.goWorkloads', { count: workloads.length })
  if (only.job) return t('deploy.goJob')
  if (only.autoscale) {
    const { min = 1, max = min } = only.autoscale
    return t('deploy.goNeeded', { least: min, most: max })
  }
  return t('deploy.goCount', { count: only.replicas ?? 1 })
}
