import { Button, ProblemPanel } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import type { Problem } from '../../transport/index.ts'

export function Submit(props: {
  count: number
  isJob: boolean
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
        {props.isJob ? t('deploy.goJob') : t('deploy.goCount', { count: props.count })}
      </Button>
    </>
  )
}
