import type { InstanceView, WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button, ButtonLink, Page, PageHeader, StateWord } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatRoute, useResource, useWorld } from '../../state/index.ts'

/** After the button: the real steps, as the nodes tell them. */
export function Progress({ name, onAnother }: { name: string; onAnother: () => void }) {
  const { t } = useText()
  const workload = useResource(useWorld().workloads).data?.find((each) => each.name === name)
  const isDone = workload?.status === 'Running'
  return (
    <Page>
      <PageHeader
        title={isDone ? t('deploy.progress.done', { name }) : t('deploy.progress.title', { name })}
        detail={isDone ? undefined : t('deploy.progress.background')}
      />
      <ol className="progress" aria-live="polite">
        <li>
          <StateWord tone="well">{t('deploy.progress.asked')}</StateWord>
        </li>
        {workload && slots(workload).map((slot) => <Step key={slot.index} {...slot} />)}
      </ol>
      {workload?.conditions.map((condition) => (
        <p key={condition.code} className="condition">
          {condition.message}
        </p>
      ))}
      <div className="page-actions">
        {isDone && workload.url && (
          <ButtonLink kind="primary" icon="external" href={workload.url} external>
            {t('deploy.progress.open', { name })}
          </ButtonLink>
        )}
        <ButtonLink href={formatRoute({ at: 'workload', name, tab: 'instances' })}>
          {t('deploy.progress.details')}
        </ButtonLink>
        <Button kind="plain" onPress={onAnother}>
          {t('deploy.progress.another')}
        </Button>
      </div>
    </Page>
  )
}

interface Slot {
  index: number
  instance: InstanceView | undefined
}

/** One for each copy wanted; the newest instance stands for it. */
function slots(workload: WorkloadView): Slot[] {
  return Array.from({ length: workload.replicas }, (_, index) => ({
    index,
    instance: workload.instances.filter((each) => each.index === index && !each.lost).at(-1),
  }))
}

function Step({ index, instance }: Slot) {
  const { t } = useText()
  const label = t('deploy.progress.step', { index: index + 1 })
  if (!instance) {
    return (
      <li>
        <StateWord tone="off">{label}</StateWord>
        <span className="quiet">{t('deploy.progress.waiting')}</span>
      </li>
    )
  }
  const serves = instance.status === 'Running' && instance.health === 'healthy'
  const tone = serves ? 'well' : instance.status === 'Failed' ? 'bad' : 'busy'
  const detail = instance.reason?.message ?? instance.progress
  return (
    <li>
      <StateWord tone={tone}>{label}</StateWord>
      <span>
        {t('deploy.progress.placed', { node: instance.nodeName })}
        <span className="quiet">
          {' · '}
          {t(`workloads.instanceStatus.${instance.status}`)}
          {instance.status === 'Running' && `, ${t(`workloads.health.${instance.health}`)}`}
        </span>
        {detail && <p className="quiet small">{detail}</p>}
      </span>
    </li>
  )
}
