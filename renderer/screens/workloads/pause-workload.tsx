import { useState } from 'react'
import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { asSaid, UNDO_MS, useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'

/** Ends all copies of what serves, and lets it go on: each press is taken back by the other. */
export function PauseWorkload({ workload }: { workload: WorkloadView }) {
  const { t } = useText()
  const { client, workloads, toasts } = useWorld()
  const [busy, setBusy] = useState(false)
  const { name, paused } = workload

  const become = async (isPaused: boolean): Promise<void> => {
    setBusy(true)
    try {
      const { pause, resume } = client().workloads
      const said = await (isPaused ? pause({ name }) : resume({ name }))
      const all = workloads.store.getState().data ?? []
      workloads.put(all.map((each) => (each.name === name ? asSaid(said) : each)))
      toasts.show({
        text: t(isPaused ? 'workloads.pausing.paused' : 'workloads.pausing.resumed', { name }),
        ...(isPaused && { detail: t('workloads.pausing.pausedDetail') }),
        forMs: UNDO_MS,
        action: { label: t('words.undo'), run: () => void become(!isPaused) },
      })
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
    setBusy(false)
  }
  return (
    <Button kind={paused ? 'primary' : 'normal'} busy={busy} onPress={() => void become(!paused)}>
      {t(paused ? 'workloads.pausing.resume' : 'workloads.pausing.pause')}
    </Button>
  )
}
