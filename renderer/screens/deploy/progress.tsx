import { useState } from 'react'
import {
  copyName,
  type InstanceView,
  type WorkloadView,
} from '../../../node-core/api/contract/index.ts'
import { Button, ButtonLink, Page, PageHeader, StateWord } from '../../design/index.ts'
import { type Text, useText } from '../../i18n/index.ts'
import { formatRoute, UNDO_MS, useResource, useWorld } from '../../state/index.ts'
import { useCalled } from '../network/index.ts'
import { Conditions, isAnswered, nextRunText, OpenWorkload, untold } from '../workloads/index.ts'
import type { Deployed } from './deploying.ts'
import { isEmpty, useDraft, useDraftStore } from './draft/index.ts'
import { type Ending, endingOf, hasFailed, isStuck } from './endings.ts'

/** After the button: the real steps, as the nodes tell them. */
export function Progress(props: { deployed: Deployed; onAnother: () => void }) {
  const { deployed, onAnother } = props
  const { names, begun } = deployed
  const { t } = useText()
  const { data = [] } = useResource(useWorld().workloads)
  const workloads = names.map((name) => data.find((each) => each.name === name))
  const ending = useEnding(workloads)
  const named = (is: (workload: WorkloadView | undefined) => boolean) =>
    names.filter((_, at) => is(workloads[at]))
  const told = ending === 'failed' ? named(hasFailed) : ending === 'stuck' ? named(isStuck) : names
  const name = names.join(', ')
  const opened = workloads.flatMap((each) => (each && isAnswered(each) ? [each] : []))
  return (
    <Page wide>
      <PageHeader title={titleOf(ending, told, t)} detail={detailOf(ending, t)} />
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
          <OpenWorkload
            key={each.name}
            workload={each}
            label={t('deploy.progress.open', { name: each.name })}
          />
        ))}
        {names.length === 1 ? (
          <ButtonLink
            href={formatRoute({
              at: 'workload',
              name,
              tab: ending === 'failed' ? 'runs' : 'instances',
            })}
          >
            {t('deploy.progress.details')}
          </ButtonLink>
        ) : (
          <ButtonLink href={formatRoute({ at: 'workloads' })}>
            {t('deploy.progress.details')}
          </ButtonLink>
        )}
        {ending === 'stuck' && <BackToForm onBack={onAnother} />}
        {(ending === 'underWay' || ending === 'stuck') && (
          <TakeBack begun={begun} isAll={begun.length === names.length} onTakenBack={onAnother} />
        )}
        <Button kind="plain" onPress={onAnother}>
          {t('deploy.progress.another')}
        </Button>
      </div>
    </Page>
  )
}

/** What has been done once is not under way any more: a copy that ends later takes nothing back. */
function useEnding(workloads: readonly (WorkloadView | undefined)[]): Ending {
  const [wasDone, setWasDone] = useState(false)
  const ending = endingOf(workloads)
  if (ending !== 'underWay' && ending !== 'stuck' && !wasDone) setWasDone(true)
  return ending === 'underWay' && wasDone ? 'taken' : ending
}

function titleOf(ending: Ending, names: readonly string[], t: Text): string {
  const named = { name: names.join(', '), count: names.length }
  switch (ending) {
    case 'underWay':
      return t('deploy.progress.title', named)
    case 'runs':
      return t('deploy.progress.done', named)
    case 'taken':
      return t('deploy.progress.taken', named)
    case 'failed':
      return t('deploy.progress.failed', named)
    case 'stuck':
      return t('deploy.progress.stuck', named)
  }
}

function detailOf(ending: Ending, t: Text): string | undefined {
  if (ending === 'underWay') return t('deploy.progress.background')
  if (ending === 'stuck') return t('deploy.progress.stuckDetail')
  return ending === 'failed' ? t('deploy.progress.failedDetail') : undefined
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
        ) : workload?.status === 'Asleep' ? (
          <li>
            <StateWord tone="well">{t('deploy.progress.asleep')}</StateWord>
          </li>
        ) : (
          workload &&
          slots(workload).map((slot) => (
            <Step key={slot.index} name={copyName(name, slot.index)} {...slot} />
          ))
        )}
      </ol>
      <Conditions conditions={workload ? untold(workload) : []} />
    </section>
  )
}

/** To what was entered: the draft was emptied when the nodes took it. */
function BackToForm({ onBack }: { onBack: () => void }) {
  const { t } = useText()
  const { undo } = useDraftStore()
  const isTaken = isEmpty(useDraft())
  return (
    <Button
      kind="primary"
      onPress={() => {
        if (isTaken) undo()
        onBack()
      }}
    >
      {t('deploy.progress.toForm')}
    </Button>
  )
}

/**
 * Ends what was just begun, after the moment in which that can be undone. What ran before, as it
 * stands in the same draft, is not ended by it.
 */
function TakeBack(props: { begun: readonly string[]; isAll: boolean; onTakenBack: () => void }) {
  const { begun: names, isAll, onTakenBack } = props
  const { t } = useText()
  const { deletions, toasts } = useWorld()
  if (names.length === 0) return null
  const ended = { count: names.length, names: names.join(', ') }
  const takeBack = (): void => {
    for (const name of names) deletions.schedule(name)
    toasts.show({
      text: t('deploy.progress.takenBack', ended),
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
  return (
    <Button onPress={takeBack}>
      {t(isAll ? 'deploy.progress.takeBack' : 'deploy.progress.takeBackNew', ended)}
    </Button>
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
    instance: workload.instances
      .filter((each) => each.index === index && !each.lost && !each.unassigned)
      .at(-1),
  }))
}

function Step({ name, instance }: Slot & { name: string }) {
  const { t } = useText()
  const called = useCalled()
  if (!instance) {
    return (
      <li>
        <StateWord tone="off">{name}</StateWord>
        <span className="quiet">{t('deploy.progress.waiting')}</span>
      </li>
    )
  }
  const serves = instance.status === 'Running' && instance.health === 'healthy'
  const tone = serves ? 'well' : instance.status === 'Failed' ? 'bad' : 'busy'
  const detail = instance.reason?.message ?? instance.progress
  return (
    <li>
      <StateWord tone={tone}>{name}</StateWord>
      <span>
        {t('deploy.progress.placed', { node: called(instance.node, instance.nodeName) })}
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
