import { Button, ProblemPanel } from '../../design/index.ts'
import { type Text, useText } from '../../i18n/index.ts'
import type { Problem } from '../../transport/index.ts'
import type { DeployForm } from './form.ts'

export function Submit(props: {
  form: DeployForm
  ready: boolean
  busy: boolean
  refusal: Problem | undefined
}) {
  const { t } = useText()
  const { refusal } = props
  return (
    <>
      {refusal && (
        <ProblemPanel title={t('deploy.problem')}>
          {refusal.fields.length > 0
            ? t('deploy.fields')
            : t('deploy.problemKept', { message: refusal.message })}
        </ProblemPanel>
      )}
      <Button kind="primary" type="submit" icon="deploy" disabled={!props.ready} busy={props.busy}>
        {wordOf(props.form, t)}
      </Button>
    </>
  )
}

function wordOf({ work, scaling, replicas, least, most }: DeployForm, t: Text): string {
  if (work !== 'serves') return t('deploy.goJob')
  if (scaling === 'needed') return t('deploy.goNeeded', { least, most })
  return t('deploy.goCount', { count: replicas })
}
