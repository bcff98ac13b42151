import { useState } from 'react'
import type { Status } from '../../../node-core/api/contract/index.ts'
import { Empty, Page, PageHeader } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { type Problem, toProblem } from '../../transport/index.ts'
import { placeProblems } from '../rules/index.ts'
import { Bring } from './bring.tsx'
import './deploy.css'
import { type DeployForm, EMPTY_FORM, fieldOf, toInput } from './form.ts'
import { FormFields } from './form-fields.tsx'
import { Preview } from './preview.tsx'
import { Progress } from './progress.tsx'
import { SameInText } from './same-in-text.tsx'
import { Submit } from './submit.tsx'
import { usePreview } from './use-preview.ts'

export function DeployScreen({ status }: { status: Status }) {
  const { t } = useText()
  const [deployed, setDeployed] = useState<string>()
  const mayDeploy = status.node.permissions.some((each) => each === 'deploy' || each === 'admin')
  if (!mayDeploy) {
    return (
      <Page>
        <Empty isPage icon="deploy" title={t('deploy.notAllowed')}>
          {t('deploy.notAllowedDetail')}
        </Empty>
      </Page>
    )
  }
  if (deployed !== undefined) {
    return <Progress name={deployed} onAnother={() => setDeployed(undefined)} />
  }
  return <DeployPage onDeployed={setDeployed} />
}

function DeployPage({ onDeployed }: { onDeployed: (name: string) => void }) {
  const { t } = useText()
  const { client, workloads } = useWorld()
  const [form, setForm] = useState<DeployForm>(EMPTY_FORM)
  const [refusal, setRefusal] = useState<Problem>()
  const [busy, setBusy] = useState(false)
  const input = toInput(form)
  const preview = usePreview(input)
  const problems = placeProblems((refusal ?? preview.problem)?.fields ?? [], fieldOf)

  const change = (part: Partial<DeployForm>): void => {
    setRefusal(undefined)
    setForm((now) => ({ ...now, ...part }))
  }
  const deploy = async (): Promise<void> => {
    if (!input) return
    setBusy(true)
    setRefusal(undefined)
    try {
      const { name } = await client().workloads.deploy(input)
      workloads.refresh()
      onDeployed(name)
    } catch (error) {
      setRefusal(toProblem(error))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Page wide>
      <PageHeader title={t('deploy.title')} detail={t('deploy.intro')} />
      <form
        className="deploy"
        onSubmit={(event) => {
          event.preventDefault()
          void deploy()
        }}
      >
        <FormFields form={form} problems={problems} onChange={change} />
        <div className="deploy-side">
          <Preview answer={preview.answer} problem={preview.problem} asked={input !== undefined} />
          <Submit form={form} ready={input !== undefined} busy={busy} refusal={refusal} />
          {input && <SameInText input={input} />}
        </div>
      </form>
      <Bring onDeployed={onDeployed} />
    </Page>
  )
}
