import { useCallback } from 'react'
import {
  copyName,
  type EdgeRequestView,
  type WorkloadView,
} from '../../../node-core/api/contract/index.ts'
import { Empty, ProblemPanel, StateWord, Table, type Tone, Waiting } from '../../design/index.ts'
import { formatExactly, formatLatency, formatMemory, formatMoment } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { useRepeated, useWorld } from '../../state/index.ts'
import type { NodeClient } from '../../transport/index.ts'

const PERIOD_MS = 2_000
/** More are told by `mycelium requests`. */
const SHOWN_MAX = 200

/** What came in for it at the edge of this computer, the latest first. */
export function Requests({ workload }: { workload: WorkloadView }) {
  const { t } = useText()
  const { name } = workload
  const ask = useCallback(
    async (node: NodeClient) => {
      return (await node.edge.requests({ workload: name, limit: SHOWN_MAX })).requests
    },
    [name],
  )
  const { answer: requests, problem } = useRepeated(ask, PERIOD_MS)
  if (problem) {
    return <ProblemPanel title={t('shell.loadProblem')}>{problem.message}</ProblemPanel>
  }
  if (!requests) return <Waiting label={t('words.loading')} />
  if (requests.length === 0) {
    return (
      <Empty icon="box" title={t('workloads.request.none')}>
        {t('workloads.request.intro')}
      </Empty>
    )
  }
  return (
    <div className="versions">
      <p className="quiet">{t('workloads.request.intro')}</p>
      <Table
        className="request-table"
        columns={[
          t('workloads.request.column.when'),
          t('workloads.request.column.status'),
          t('workloads.request.column.what'),
          t('workloads.request.column.took'),
          t('workloads.request.column.size'),
          t('workloads.request.column.from'),
          t('workloads.request.column.by'),
        ]}
      >
        {requests.toReversed().map((request, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: nothing else tells two of one moment apart.
          <RequestRow key={`${request.at} ${index}`} request={request} workload={workload} />
        ))}
      </Table>
    </div>
  )
}

interface RowProps {
  request: EdgeRequestView
  workload: WorkloadView
}

function RequestRow({ request, workload }: RowProps) {
  const { t, language } = useText()
  const { time } = useWorld()
  const { at, status, method, path, tookMs, bytes, client, member, instance } = request
  return (
    <tr>
      <th scope="row" className="figure">
        <time dateTime={at} title={formatExactly(at, language)}>
          {formatMoment(at, time.now(), language)}
        </time>
      </th>
      <td>
        <StateWord tone={toneOf(status)}>{status}</StateWord>
      </td>
      <td>
        <code>
          {method} {path}
        </code>
      </td>
      <td className="figure">{formatLatency(tookMs, language)}</td>
      <td className="figure">{formatMemory(bytes, language)}</td>
      <td>
        {member === undefined ? client : t('workloads.request.member', { id: member.slice(0, 8) })}
      </td>
      <td>{byWhom(workload, instance, t)}</td>
    </tr>
  )
}

function byWhom(
  { name, instances }: WorkloadView,
  instance: string | undefined,
  t: ReturnType<typeof useText>['t'],
): string {
  const one = instances.find(({ id }) => id === instance)
  if (one) {
    return t('workloads.log.oneInstance', {
      copy: copyName(name, one.index),
      node: one.nodeName,
    })
  }
  return instance ?? t('workloads.request.byEdge')
}

function toneOf(status: number): Tone {
  if (status >= 500) return 'bad'
  return status >= 400 ? 'warn' : 'well'
}
