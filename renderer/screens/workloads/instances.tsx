import type { ReactNode } from 'react'
import type { InstanceView, WorkloadView } from '../../../node-core/api/contract/index.ts'
import { copyVersion } from '../../../node-core/api/contract/index.ts'
import { Empty, StateWord, Table } from '../../design/index.ts'
import { formatAgo, formatCpuShare, formatDuration, formatMemory } from '../../format/index.ts'
import { type Text, useText } from '../../i18n/index.ts'
import { formatRoute, useWorld } from '../../state/index.ts'
import { useCalled } from '../network/index.ts'
import { causeOf, failureOf } from './failure-words.ts'
import { Sparkline } from './sparkline.tsx'
import type { UsePoint } from './usage-history.ts'
import { useUsage } from './use-usage.ts'
import {
  instanceTone,
  instanceWord,
  lastEndText,
  nextStartText,
  noCopiesText,
  warmingText,
} from './workload-words.ts'

export function Instances({ workload }: { workload: WorkloadView }) {
  const { t, language } = useText()
  const { history, limits } = useUsage(workload.name)
  const instances = [...workload.instances].sort((a, b) => a.index - b.index)
  if (instances.length === 0) {
    return <Empty icon="box" title={noCopiesText(workload, t, language)} />
  }
  return (
    <Table
      className="instance-table"
      columns={[
        t('workloads.column.instance'),
        t('workloads.column.status'),
        t('workloads.column.node'),
        t('workloads.column.since'),
        t('workloads.column.cpu'),
        t('workloads.column.memory'),
        t('workloads.column.network'),
      ]}
    >
      {instances.map((instance) => (
        <InstanceRow key={instance.id} workload={workload} instance={instance}>
          <InstanceUse points={history.get(instance.id) ?? []} limits={limits} />
        </InstanceRow>
      ))}
    </Table>
  )
}

/** A cell with nothing in it would look as if it had been forgotten. */
function NotKnownYet() {
  return <span className="quiet">–</span>
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
        {last?.cpuMillis === undefined ? (
          <NotKnownYet />
        ) : (
          <span className="use">
            {formatCpuShare(last.cpuMillis, language)}
            <Sparkline values={rates} most={limits?.cpuMillis ?? 0} />
          </span>
        )}
        {last?.gpuSeconds !== undefined && (
          <p className="quiet small">
            {t('workloads.gpuLeased', { time: formatDuration(last.gpuSeconds, language) })}
          </p>
        )}
      </td>
      <td className="figure">
        {!last ? (
          <NotKnownYet />
        ) : (
          <span className="use">
            {formatMemory(last.memoryBytes, language)}
            <Sparkline
              values={points.map(({ memoryBytes }) => memoryBytes)}
              most={limits?.memoryBytes ?? 0}
            />
          </span>
        )}
      </td>
      <td className="figure">{last ? <NetworkUse point={last} /> : <NotKnownYet />}</td>
    </>
  )
}

/** What comes in and goes out each second, and since its start. */
function NetworkUse({ point }: { point: UsePoint }) {
  const { t, language } = useText()
  const { receivedBytes, sentBytes, receivedRate, sentRate } = point
  if (receivedBytes === undefined || sentBytes === undefined) {
    return <span className="quiet small">{t('workloads.network.unknown')}</span>
  }
  const size = (bytes: number): string => formatMemory(bytes, language)
  return (
    <>
      {receivedRate !== undefined && sentRate !== undefined && (
        <span className="use">
          {t('workloads.network.rates', { received: size(receivedRate), sent: size(sentRate) })}
        </span>
      )}
      <p className="quiet small">
        {t('workloads.network.sums', { received: size(receivedBytes), sent: size(sentBytes) })}
      </p>
    </>
  )
}

function InstanceRow(props: {
  workload: WorkloadView
  instance: InstanceView
  children: ReactNode
}) {
  const { workload, instance, children } = props
  const { t, language } = useText()
  const { time } = useWorld()
  const called = useCalled()
  const version = copyVersion(instance, workload)
  const detail = instanceDetail(instance, t, failureOf(workload) !== undefined)
  const end = lastEndText(instance, t, language)
  const now = { language, nowMs: time.now() }
  const next = nextStartText(instance, t, now)
  const warming = warmingText(instance, t, now)
  return (
    <tr>
      <th scope="row" className="figure">
        {workload.name}
        <span className="copy-number">-{instance.index}</span>
      </th>
      <td>
        <StateWord tone={instanceTone(instance)}>{instanceWord(instance, t)}</StateWord>
        {version && <p className="quiet small">{t(`workloads.copyVersion.${version}`)}</p>}
        {detail && <p className="quiet small">{detail}</p>}
        {warming && <p className="quiet small">{warming}</p>}
        {end && <p className="quiet small">{end}</p>}
        {next && <p className="quiet small">{next}</p>}
      </td>
      <td>
        <a
          className="row-link"
          href={formatRoute({ at: 'network', view: 'map', node: instance.node })}
        >
          {called(instance.node, instance.nodeName)}
        </a>
      </td>
      <td>
        {instance.startedAt ? (
          <span className="instance-since">
            {formatAgo(instance.startedAt, time.now(), language)}
          </span>
        ) : (
          <NotKnownYet />
        )}
        {instance.restarts > 0 && (
          <p className="quiet small">{t('workloads.restarts', { count: instance.restarts })}</p>
        )}
      </td>
      {children}
    </tr>
  )
}

/** The step it is at, or why it is where it is; in short where the head of the page says it in full. */
function instanceDetail(instance: InstanceView, t: Text, isInShort: boolean): string | undefined {
  if (instance.lost) return t('workloads.lostDetail')
  if (instance.unassigned) return t('workloads.unassignedDetail')
  const { reason, progress } = instance
  if (isInShort && reason) return t(`workloads.failure.cause.${causeOf(reason.code)}`)
  return reason?.message ?? progress
}
