import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'

/** Holds a change that is under way, lets it go on, and gives it its next share. Shown while there is one. */
export function Rollout({ workload }: { workload: WorkloadView }) {
  const { t } = useText()
  const { client, toasts } = useWorld()
  const { name, rollout, conditions, canary } = workload
  const isUnderWay = conditions.some(({ code }) => code === 'ROLLING_OUT' || code === 'CANARY')
  if (!isUnderWay && !rollout.paused) return null

  const act = async (work: () => Promise<string>): Promise<void> => {
    try {
      toasts.show({ text: await work() })
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
  }
  const change = (paused: boolean) =>
    act(async () => {
      await client().workloads.change({ name, rollout: { paused } })
      return t(`workloads.rollout.${paused ? 'paused' : 'resumed'}`, { name })
    })
  const promote = (all: boolean) =>
    act(async () => {
      const now = await client().workloads.promote({ name, all })
      return t('workloads.rollout.promoted', { name, share: now.canary?.share ?? 100 })
    })
  const stepsLeft = canary ? (rollout.steps?.length ?? 0) - canary.step : 0
  return (
    <div className="rollout">
      <Button onPress={() => void change(!rollout.paused)}>
        {t(`workloads.rollout.${rollout.paused ? 'resume' : 'pause'}`)}
      </Button>
      {stepsLeft > 1 && (
        <Button onPress={() => void promote(false)}>{t('workloads.rollout.promote')}</Button>
      )}
      {stepsLeft > 0 && (
        <Button onPress={() => void promote(true)}>{t('workloads.rollout.promoteAll')}</Button>
      )}
    </div>
  )
}
