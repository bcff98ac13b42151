import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'

/** Holds a change that is under way, and lets it go on. Shown while there is one. */
export function Rollout({ workload }: { workload: WorkloadView }) {
  const { t } = useText()
  const { client, toasts } = useWorld()
  const { name, rollout, conditions } = workload
  const isUnderWay = conditions.some(({ code }) => code === 'ROLLING_OUT')
  if (!isUnderWay && !rollout.paused) return null

  const change = async (paused: boolean): Promise<void> => {
    try {
      await client().workloads.change({ name, rollout: { paused } })
      toasts.show({ text: t(`workloads.rollout.${paused ? 'paused' : 'resumed'}`, { name }) })
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
  }
  return (
    <div className="rollout">
      <Button onPress={() => void change(!rollout.paused)}>
        {t(`workloads.rollout.${rollout.paused ? 'resume' : 'pause'}`)}
      </Button>
    </div>
  )
}
