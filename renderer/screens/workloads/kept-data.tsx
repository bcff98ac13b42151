import type { Status, WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Empty, ProblemPanel, Waiting } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useVolumes, VolumeTable } from '../volumes/index.ts'

/** What the copies of a workload keep, also after it is deleted. */
export function KeptData(props: {
  workload: string
  status: Status
  kind?: WorkloadView['kind']
  isGone?: boolean
}) {
  const { workload, status, kind, isGone = false } = props
  const { t } = useText()
  const { volumes, problem, reload } = useVolumes((volume) => volume.workload === workload)
  if (problem) {
    return <ProblemPanel title={t('shell.loadProblem')}>{problem.message}</ProblemPanel>
  }
  if (isGone && !volumes?.length) return null
  if (!volumes) return <Waiting label={t('words.loading')} />
  if (volumes.length === 0) {
    return (
      <Empty icon="box" title={t('volumes.none')}>
        {t(kind === 'process' ? 'volumes.noneOfProgram' : 'volumes.noneDetail')}
      </Empty>
    )
  }
  return (
    <div className="secrets">
      <p className="quiet">{t('volumes.intro')}</p>
      <VolumeTable of="workload" {...{ volumes, status, reload }} />
    </div>
  )
}
