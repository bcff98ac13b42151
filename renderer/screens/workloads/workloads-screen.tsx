import { useState } from 'react'
import { useStore } from 'zustand'
import type { Status, WorkloadView } from '../../../node-core/api/contract/index.ts'
import {
  ButtonLink,
  Empty,
  Icon,
  Page,
  PageHeader,
  ProblemPanel,
  SearchField,
  StateWord,
  Table,
  Waiting,
} from '../../design/index.ts'
import { type Text, useText } from '../../i18n/index.ts'
import { formatRoute, useResource, useWorld } from '../../state/index.ts'
import { useCalled } from '../network/index.ts'
import { conditionText } from './condition-words.ts'
import { Copies } from './copies.tsx'
import { failureOf } from './failure-words.ts'
import { isAnswered, workloadTone, workloadWord } from './workload-words.ts'
import './workloads.css'

export function WorkloadsScreen({ status }: { status: Status }) {
  const { t } = useText()
  const world = useWorld()
  const { data, problem } = useResource(world.workloads)
  const leaving = useStore(world.deletions.store)
  const [query, setQuery] = useState('')
  const kept = data?.filter((workload) => !leaving.has(workload.name))
  const shown = kept?.filter((workload) => matches(workload, query))
  const mayDeploy = status.node.permissions.some((each) => each === 'deploy' || each === 'admin')

  return (
    <Page wide>
      <PageHeader title={t('workloads.title')} detail={t('workloads.summary')}>
        {kept && kept.length > 0 && (
          <SearchField
            label={t('workloads.search')}
            clearLabel={t('words.clear')}
            value={query}
            onChange={setQuery}
          />
        )}
        {mayDeploy && kept && kept.length > 0 && (
          <ButtonLink kind="primary" icon="deploy" href={formatRoute({ at: 'deploy' })}>
            {t('workloads.deploy')}
          </ButtonLink>
        )}
      </PageHeader>
      {problem && !data && (
        <ProblemPanel title={t('shell.loadProblem')}>{problem.message}</ProblemPanel>
      )}
      {!data && !problem && <Waiting label={t('words.loading')} />}
      {kept?.length === 0 && <NothingRuns mayDeploy={mayDeploy} />}
      {kept && kept.length > 0 && shown?.length === 0 && (
        <Empty icon="search" title={t('workloads.noMatch', { count: kept.length })} />
      )}
      {shown && shown.length > 0 && <WorkloadTable workloads={shown} />}
    </Page>
  )
}

function matches(workload: WorkloadView, query: string): boolean {
  const text = [
    workload.name,
    workload.image,
    workload.owner.name,
    ...workload.instances.map((instance) => instance.nodeName),
  ].join(' ')
  return text.toLowerCase().includes(query.trim().toLowerCase())
}

function NothingRuns({ mayDeploy }: { mayDeploy: boolean }) {
  const { t } = useText()
  return (
    <Empty
      title={t('workloads.emptyTitle')}
      actions={
        mayDeploy && (
          <ButtonLink kind="primary" icon="deploy" href={formatRoute({ at: 'deploy' })}>
            {t('workloads.emptyAction')}
          </ButtonLink>
        )
      }
    >
      {t('workloads.emptyDetail')}
    </Empty>
  )
}

function WorkloadTable({ workloads }: { workloads: WorkloadView[] }) {
  const { t } = useText()
  const sorted = [...workloads].sort((a, b) => a.name.localeCompare(b.name))
  return (
    <Table
      className="workload-table"
      columns={[
        t('workloads.column.name'),
        t('workloads.column.status'),
        t('workloads.column.running'),
        t('workloads.column.where'),
        t('workloads.column.open'),
      ]}
    >
      {sorted.map((workload) => (
        <WorkloadRow key={workload.name} workload={workload} />
      ))}
    </Table>
  )
}

function WorkloadRow({ workload }: { workload: WorkloadView }) {
  const { t } = useText()
  const { name } = workload
  const called = useCalled()
  const reason = reasonOf(workload, t)
  const own = workload.instances.filter(({ unassigned }) => !unassigned)
  const where = [...new Set(own.map(({ node, nodeName }) => called(node, nodeName)))]
  return (
    <tr>
      <th scope="row">
        <span className="workload-name">
          <Icon name={workload.kind === 'process' ? 'spore' : 'box'} size={17} />
          <a className="row-link" href={formatRoute({ at: 'workload', name, tab: 'instances' })}>
            {name}
          </a>
        </span>
        <span className="quiet small">{workload.image ?? t(`words.kind.${workload.kind}`)}</span>
      </th>
      <td>
        <StateWord tone={workloadTone(workload.status)}>{workloadWord(workload, t)}</StateWord>
        {reason !== undefined && (
          <p className="quiet small workload-reason" title={reason}>
            {reason}
          </p>
        )}
      </td>
      <td>
        <Copies workload={workload} />
      </td>
      <td>
        {where.join(', ') || (
          <Nowhere isAsleep={workload.status === 'Asleep' || workload.status === 'Paused'} />
        )}
      </td>
      <td>
        {workload.url && workload.edge.access === 'public' && isAnswered(workload) && (
          <a
            className="open-link"
            href={workload.url}
            target="_blank"
            rel="noreferrer"
            aria-label={t('workloads.openNamed', { name })}
          >
            {t('workloads.open')} <Icon name="external" size={14} />
          </a>
        )}
      </td>
    </tr>
  )
}

/** In a few words: its page says the rest. */
function reasonOf(workload: WorkloadView, t: Text): string | undefined {
  const failure = failureOf(workload)
  if (failure && failure.cause !== 'OTHER') return t(`workloads.failure.cause.${failure.cause}`)
  const [first] = workload.conditions
  return first && conditionText(first, t)
}

/** What sleeps ran before, and waits for no place. */
function Nowhere({ isAsleep }: { isAsleep: boolean }) {
  const { t } = useText()
  return <span className="quiet">{isAsleep ? '–' : t('workloads.nowhere')}</span>
}
