import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { useText } from '../../i18n/index.ts'
import { nextRunText, slotTones } from './workload-words.ts'
import './workloads.css'

const SHOWN_MAX = 12

/** Copies wanted and real, as a row of caps with the figure beside it. */
export function Copies({ workload }: { workload: WorkloadView }) {
  const { t, language } = useText()
  if (workload.status === 'Scheduled') return <span>{nextRunText(workload, t, language)}</span>
  const figures = { running: workload.running_instances, wanted: workload.replicas }
  return (
    <span className="copies" title={t('workloads.slotTitle', figures)}>
      <span className="copies-row" aria-hidden="true">
        {slotTones(workload)
          .slice(0, SHOWN_MAX)
          .map((tone, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a copy is its place in the row.
            <i key={index} className={`copy-cap copy-${tone}`} />
          ))}
      </span>
      <span className="figure">{t('workloads.runningOf', figures)}</span>
    </span>
  )
}
