import { useState } from 'react'
import { useStore } from 'zustand'
import type { Status, WorkloadView } from '../../../node-core/api/contract/index.ts'
import {
  ButtonLink,
  Empty,
  Icon,
  NumberField,
  Page,
  ProblemPanel,
  StateWord,
  TabBar,
  Waiting,
} from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import {
  asSaid,
  formatRoute,
  keptName,
  type Route,
  useResource,
  useWorld,
  workloadNamed,
} from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'
import { besideCopies } from './condition-words.ts'
import { Conditions } from './conditions.tsx'
import { DeleteWorkload } from './delete-workload.tsx'
import { Failure } from './failure.tsx'
import { failureOf } from './failure-words.ts'
import { GoneWorkload } from './gone-workload.tsx'
import { Instances } from './instances.tsx'
import { KeptData } from './kept-data.tsx'
import { Logs } from './logs.tsx'
import { OpenWorkload } from './open-workload.tsx'
import { PauseWorkload } from './pause-workload.tsx'
import { Requests } from './requests.tsx'
import { RestartWorkload } from './restart-workload.tsx'
import { Rollout } from './rollout.tsx'
import { Rules } from './rules.tsx'
import { Runs } from './runs.tsx'
import { Secrets } from './secrets.tsx'
import { Shell } from './shell/shell.tsx'
import { Versions } from './versions.tsx'
import { WhyThere } from './why-there.tsx'
import { WorkloadFacts } from './workload-facts.tsx'
import { workloadTone, workloadWord } from './workload-words.ts'
import './workloads.css'

type WorkloadRoute = Extract<Route, { at: 'workload' }>

export function WorkloadScreen({ status, route }: { status: Status; route: WorkloadRoute }) {
  const { t } = useText()
  const world = useWorld()
  const { data, problem } = useResource(world.workloads)
  const leaving = useStore(world.deletions.store)
  const { name } = route
  const found = data && workloadNamed(data, name)
  const isLeaving = leaving.has(found?.name ?? name)
  const workload = isLeaving ? undefined : found

  if (!data && problem) {
    return (
      <Page>
        <ProblemPanel title={t('shell.loadProblem')}>{problem.message}</ProblemPanel>
      </Page>
    )
  }
  if (!data) {
    return (
      <Page>
        <Waiting label={t('words.loading')} />
      </Page>
    )
  }
  // Until its deletion is sent it is not gone, and cannot be brought back.
  if (!workload) return isLeaving ? <Leaving name={name} /> : <GoneWorkload {...{ name, status }} />
  return <WorkloadPage status={status} workload={workload} tab={route.tab} />
}

function Leaving({ name }: { name: string }) {
  const { t } = useText()
  return (
    <Page>
      <Empty
        isPage
        icon="box"
        title={t('workloads.deleting', { name })}
        actions={
          <ButtonLink href={formatRoute({ at: 'workloads' })}>{t('workloads.back')}</ButtonLink>
        }
      >
        {t('workloads.deletingDetail')}
      </Empty>
    </Page>
  )
}

function WorkloadPage(props: {
  status: Status
  workload: WorkloadView
  tab: WorkloadRoute['tab']
}) {
  const { status, workload } = props
  // What serves has no runs: its copies are what somebody who looks for them wants to see.
  const tab = props.tab === 'runs' && !workload.job ? 'instances' : props.tab
  const { t } = useText()
  const { route } = useWorld()
  const [changing, setChanging] = useState(false)
  const { name } = workload
  const failure = failureOf(workload)
  const at = (to: WorkloadRoute['tab']) => ({
    href: formatRoute({ at: 'workload', name, tab: to }),
    label: t(`workloads.tab.${to}`),
    current: tab === to,
  })
  const { permissions, owner } = status.node
  const mayChange =
    workload.status !== 'Deleting' &&
    (permissions.includes('admin') ||
      (permissions.includes('deploy') && workload.owner.id === owner.id))

  return (
    <Page wide>
      <div className="workload-head">
        <a className="back-link" href={formatRoute({ at: 'workloads' })}>
          <Icon name="chevron" size={13} />
          {t('workloads.back')}
        </a>
        <div className="page-header">
          <div className="page-titles">
            <h1>{name}</h1>
            <StateWord tone={workloadTone(workload.status)}>{workloadWord(workload, t)}</StateWord>
          </div>
          <div className="page-actions">
            {mayChange && !workload.job && !workload.autoscale && !workload.paused && (
              <Scale key={workload.replicas} workload={workload} />
            )}
            <OpenWorkload workload={workload} />
            {mayChange && !workload.job && <PauseWorkload workload={workload} />}
            {mayChange && !workload.job && !workload.paused && <RestartWorkload name={name} />}
            {mayChange && <DeleteWorkload name={name} />}
          </div>
        </div>
      </div>
      {failure ? (
        <Failure
          {...{ workload, failure }}
          {...(mayChange &&
            !(changing && tab === 'rules') && {
              onChange: () => {
                setChanging(true)
                route.go({ at: 'workload', name, tab: 'rules' })
              },
            })}
        />
      ) : (
        // Beside the copies, which say their own.
        <Conditions
          conditions={tab === 'instances' ? besideCopies(workload) : workload.conditions}
        />
      )}
      {mayChange && <Rollout workload={workload} />}
      <TabBar
        label={t('workloads.tabs')}
        tabs={[
          at('instances'),
          ...(workload.job ? [at('runs')] : []),
          at('rules'),
          at('logs'),
          at('shell'),
          ...(workload.job ? [] : [at('requests')]),
          at('data'),
          at('versions'),
          at('secrets'),
          at('placement'),
        ]}
      />
      {tab === 'instances' && workload.status !== 'Deleting' && (
        <WorkloadFacts workload={workload} />
      )}
      {tab === 'instances' && <Instances workload={workload} />}
      {tab === 'runs' && <Runs workload={workload} mayChange={mayChange} />}
      {tab === 'rules' && <Rules {...{ workload, mayChange, changing }} onChanging={setChanging} />}
      {tab === 'logs' && <Logs workload={workload} />}
      {tab === 'shell' && <Shell workload={workload} mayOpen={mayChange} />}
      {tab === 'requests' && <Requests workload={workload} />}
      {tab === 'data' && (
        <KeptData workload={keptName(workload)} kind={workload.kind} status={status} />
      )}
      {tab === 'versions' && <Versions workload={workload} mayChange={mayChange} />}
      {tab === 'secrets' && <Secrets workload={name} mayChange={mayChange} />}
      {tab === 'placement' && <WhyThere workload={workload} />}
    </Page>
  )
}

/** Waits for the last of several presses before it asks the node. */
const SCALE_SETTLE_MS = 500

function Scale({ workload }: { workload: WorkloadView }) {
  const { t } = useText()
  const { client, workloads, toasts, time } = useWorld()
  const [wanted, setWanted] = useState(workload.replicas)
  const [cancel, setCancel] = useState<() => void>()
  const { name } = workload

  const send = async (replicas: number): Promise<void> => {
    try {
      const changed = await client().workloads.change({ name, replicas })
      workloads.put(
        (workloads.store.getState().data ?? []).map((each) =>
          each.name === name ? asSaid(changed) : each,
        ),
      )
      toasts.show({ text: t('workloads.scaled', { name, count: replicas }) })
    } catch (error) {
      setWanted(workload.replicas)
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
  }
  return (
    <div className="scale">
      <NumberField
        label={t('workloads.scale')}
        lessLabel={t('words.less')}
        moreLabel={t('words.more')}
        value={wanted}
        min={1}
        max={1_000}
        onChange={(replicas) => {
          if (!Number.isInteger(replicas) || replicas === wanted) return
          setWanted(replicas)
          cancel?.()
          const stop = time.after(SCALE_SETTLE_MS, () => void send(replicas))
          setCancel(() => stop)
        }}
      />
    </div>
  )
}
