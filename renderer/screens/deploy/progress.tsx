import type { InstanceView, WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button, ButtonLink, Page, PageHeader, StateWord } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatRoute, UNDO_MS, useResource, useWorld } from '../../state/index.ts'
import { nextRunText } from '../workloads/index.ts'

/** There is nothing more to wait for; a job may have ended, or not be due for a month. */
const IS_DONE: ReadonlySet<WorkloadView['status']> = new Set(['Running', 'Succeeded', 'Scheduled'])

/** After the button: the real steps, as the nodes tell them. */
export function Progress(props: { names: readonly string[]; onAnother: () => void }) {
  const { names, onAnother } = props
  const { t } = useText()
  const { data = [] } = useResource(useWorld().workloads)
  const workloads = names.map((name) => data.find((each) => each.name === name))
  const isDone = workloads.every((each) => each && IS_DONE.has(each.status))
  const runs = workloads.every((each) => each?.status === 'Running')
  const name = names.join(', ')
  const opened = workloads.filter((each) => each?.status === 'Running' && each.url)
  return (
    <Page wide>
      <PageHeader
        title={
          isDone
            ? t(runs ? 'deploy.progress.done' : 'deploy.progress.taken', {
                ...{ name, count: names.length },
              })
            : t('deploy.progress.title', { name })
        }
        detail={isDone ? undefined : t('deploy.progress.background')}
      />
      {names.map((each, at) => (
        <WorkloadSteps
          key={each}
          name={each}
          workload={workloads[at]}
          isAlone={names.length === 1}
        />
      ))}
      <div className="page-actions">
        {opened.map((each) => (
          <ButtonLink
            key={each?.name}
            kind="primary"
            icon="external"
            href={each?.url ?? ''}
            external
          >
            {t('deploy.progress.open', { name: each?.name ?? '' })}
          </ButtonLink>
        ))}
        {names.length === 1 ? (
          <ButtonLink href={formatRoute({ at: 'workload', name, tab: 'instances' })}>
            {t('deploy.progress.details')}
          </ButtonLink>
        ) : (
          <ButtonLink href={formatRoute({ at: 'workloads' })}>
            {t('deploy.progress.details')}
          </ButtonLink>
        )}
        {!isDone && <TakeBack names={names} onTakenBack={onAnother} />}
        <Button kind="plain" onPress={onAnother}>
          {t('deploy.progress.another')}
        </Button>
      </div>
    </Page>
  )
}

function WorkloadSteps(props: {
  name: string
  workload: WorkloadView | undefined
  isAlone: boolean
}) {
  const { name, workload, isAlone } = props
  const { t, language } = useText()
  return (
    <section>
      {!isAlone && <h2>{name}</h2>}
      <ol className="progress" aria-live="polite">
        <li>
          <StateWord tone="well">{t('deploy.progress.asked')}</StateWord>
        </li>
        {workload?.status === 'Scheduled' ? (
          <li>
            <StateWord tone="well">{nextRunText(workload, t, language)}</StateWord>
          </li>
        ) : (
          workload && slots(workload).map((slot) => <Step key={slot.index} {...slot} />)
        )}
      </ol>
      {workload?.conditions.map((condition) => (
        <p key={condition.code} className="condition">
          {condition.message}
        </p>
      ))}
    </section>
  )
}

/** Ends what was just begun, after the moment in which that can be undone. */
function TakeBack({ names, onTakenBack }: { names: readonly string[]; onTakenBack: () => void }) {
  const { t } = useText()
  const { deletions, toasts } = useWorld()
  const takeBack = (): void => {
    for (const name of names) deletions.schedule(name)
    toasts.show({
      text: t('deploy.progress.takenBack', { names: names.join(', ') }),
      forMs: UNDO_MS,
      action: {
        label: t('words.undo'),
        run: () => {
          for (const name of names) deletions.undo(name)
        },
      },
    })
    onTakenBack()
  }
  return <Button onPress={takeBack}>{t('deploy.progress.takeBack')}</Button>
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
