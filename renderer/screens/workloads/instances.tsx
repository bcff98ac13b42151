import type { ReactNode } from 'react'
import type { InstanceView, WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Empty, StateWord } from '../../design/index.ts'
import { formatAgo, formatCpu, formatMemory } from '../../format/index.ts'
import { type Text, useText } from '../../i18n/index.ts'
import { formatRoute, useWorld } from '../../state/index.ts'
import { Sparkline } from './sparkline.tsx'
import type { UsePoint } from './usage-history.ts'
import { useUsage } from './use-usage.ts'
import { instanceTone } from './workload-words.ts'

export function Instances({ workload }: { workload: WorkloadView }) {
  const { t } = useText()
  const { history, limits } = useUsage(workload.name)
  const instances = [...workload.instances].sort((a, b) => a.index - b.index)
  if (instances.length === 0) return <Empty icon="box" title={t('workloads.noInstances')} />
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{t('workloads.column.instance')}</th>
          <th scope="col">{t('workloads.column.status')}</th>
          <th scope="col">{t('workloads.column.node')}</th>
          <th scope="col">{t('workloads.column.since')}</th>
          <th scope="col">{t('workloads.column.cpu')}</th>
          <th scope="col">{t('workloads.column.memory')}</th>
        </tr>
      </thead>
      <tbody>
        {instances.map((instance) => (
          <InstanceRow key={instance.id} instance={instance}>
            <InstanceUse points={history.get(instance.id) ?? []} limits={limits} />
          </InstanceRow>
        ))}
      </tbody>
    </table>
  )
}

type Limits = ReturnType<typeof useUsage>['limits']

/** Processor and memory now, and how they went. */
function InstanceUse({ points, limits }: { points: readonly UsePoint[]; limits: Limits }) {
  const { t, language } = useText()
  const last = points.at(-1)
  const rates = points.flatMap(({ cpuMillis }) => cpuMillis ?? [])
  return (
    <>
      <td className="figure">
        {last?.cpuMillis !== undefined && (
          <span className="use">
            {t('workloads.cores', { cores: formatCpu(last.cpuMillis, language) })}
            <Sparkline values={rates} most={limits?.cpuMillis ?? 0} />
          </span>
        )}
      </td>
      <td className="figure">
        {last && (
          <span className="use">
            {formatMemory(last.memoryBytes, language)}
            <Sparkline
              values={points.map(({ memoryBytes }) => memoryBytes)}
              most={limits?.memoryBytes ?? 0}
            />
          </span>
        )}
      </td>
    </>
  )
}

function InstanceRow({ instance, children }: { instance: InstanceView; children: ReactNode }) {
  const { t, language } = useText()
  const { time } = useWorld()
  const detail = instanceDetail(instance, t)
  return (
    <tr>
      <th scope="row" className="figure">
        {instance.index + 1}
      </th>
      <td>
        <StateWord tone={instanceTone(instance)}>{instanceWord(instance, t)}</StateWord>
        {detail && <p className="quiet small">{detail}</p>}
      </td>
      <td>
        <a
          className="row-link"
          href={formatRoute({ at: 'network', view: 'map', node: instance.node })}
        >
          {instance.nodeName}
        </a>
      </td>
      <td>
        {instance.startedAt && formatAgo(instance.startedAt, time.now(), language)}
        {instance.restarts > 0 && (
          <p className="quiet small">{t('workloads.restarts', { count: instance.restarts })}</p>
        )}
      </td>
      {children}
    </tr>
  )
}

function instanceWord(instance: InstanceView, t: Text): string {
  if (instance.lost) return t('workloads.lost')
  const status = t(`workloads.instanceStatus.${instance.status}`)
  return instance.status === 'Running'
    ? `${status}, ${t(`workloads.health.${instance.health}`)}`
    : status
}

/** The step it is at, or why it is where it is. */
function instanceDetail(instance: InstanceView, t: Text): string | undefined {
  if (instance.lost) return t('workloads.lostDetail')
  return instance.reason?.message ?? instance.progress
}
