import { useState } from 'react'
import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button, Icon } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { asSaid, useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'
import { changeNow } from './workload-words.ts'

type Act = 'pause' | 'next' | 'all'

/** Holds a change that is under way, lets it go on, and gives it its next share; or lets the next one through. */
export function Rollout({ workload }: { workload: WorkloadView }) {
  const { t } = useText()
  const { client, workloads, toasts } = useWorld()
  const [busy, setBusy] = useState<Act>()
  const { name, rollout, canary } = workload
  const now = changeNow(workload)
  if (now === 'none') return null

  const act = async (which: Act, work: () => Promise<[WorkloadView, string]>): Promise<void> => {
    setBusy(which)
    try {
      const [said, text] = await work()
      // What the next press means is read from what this one came to.
      const all = workloads.store.getState().data ?? []
      workloads.put(all.map((each) => (each.name === name ? asSaid(said) : each)))
      toasts.show({ text })
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
    setBusy(undefined)
  }
  const change = (paused: boolean) =>
    act('pause', async () => {
      const said = await client().workloads.change({ name, rollout: { paused } })
      const came = paused ? 'paused' : now === 'held' ? 'goThrough' : 'resumed'
      return [said, t(`workloads.rollout.${came}`, { name })]
    })
  const promote = (which: 'next' | 'all') =>
    act(which, async () => {
      const step = canary && which === 'next' ? { step: canary.step + 1 } : {}
      const said = await client().workloads.promote({ name, all: which === 'all', ...step })
      const share = said.canary?.share ?? 100
      return [said, t('workloads.rollout.promoted', { name, share })]
    })
  const stepsLeft = canary ? (rollout.steps?.length ?? 0) - canary.step : 0
  const pressed = (which: Act) => ({
    busy: busy === which,
    disabled: busy !== undefined && busy !== which,
  })
  const press = now === 'held' ? 'letThrough' : rollout.paused ? 'resume' : 'pause'
  return (
    <>
      {now === 'held' && (
        <p className="condition">
          <Icon name="info" size={16} />
          {t('workloads.rollout.held')}
        </p>
      )}
      <div className="rollout">
        <Button {...pressed('pause')} onPress={() => void change(!rollout.paused)}>
          {t(`workloads.rollout.${press}`)}
        </Button>
        {stepsLeft > 1 && (
          <Button {...pressed('next')} onPress={() => void promote('next')}>
            {t('workloads.rollout.promote')}
          </Button>
        )}
        {stepsLeft > 0 && (
          <Button {...pressed('all')} onPress={() => void promote('all')}>
            {t('workloads.rollout.promoteAll')}
          </Button>
        )}
      </div>
    </>
  )
}
