import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button, ButtonLink, Disclosure, ProblemPanel } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatRoute } from '../../state/index.ts'
import { Conditions } from './conditions.tsx'
import type { Failure as Failed } from './failure-words.ts'

/** Why nothing of it runs, and the one step that leads on. */
export function Failure(props: { workload: WorkloadView; failure: Failed; onChange?: () => void }) {
  const { workload, failure, onChange } = props
  const { name, image, parts } = workload
  const { t } = useText()
  const { cause, said, rest } = failure
  const action =
    cause === 'SECRET_MISSING' ? (
      <ButtonLink kind="primary" href={formatRoute({ at: 'workload', name, tab: 'secrets' })}>
        {t('workloads.failure.toSecrets')}
      </ButtonLink>
    ) : (
      onChange && (
        <Button kind="primary" onPress={onChange}>
          {cause === 'IMAGE_NOT_FOUND'
            ? t('workloads.failure.changeImage')
            : t('workloads.rules.change')}
        </Button>
      )
    )
  return (
    <div className="failure">
      <ProblemPanel title={t(`workloads.failure.cause.${cause}`)} actions={action}>
        {t(`workloads.failure.detail.${cause}`, { image: image ?? imagesOf(parts) })}
      </ProblemPanel>
      <Disclosure title={t('workloads.failure.details')}>
        {said.map((message) => (
          <p key={message} className="mono small failure-said">
            {message}
          </p>
        ))}
      </Disclosure>
      <Conditions conditions={rest} />
    </div>
  )
}

function imagesOf(parts: WorkloadView['parts']): string {
  return parts.flatMap(({ image }) => image ?? []).join(', ')
}
