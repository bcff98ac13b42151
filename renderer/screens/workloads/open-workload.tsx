import { useState } from 'react'
import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button, ButtonLink } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'
import { isAnswered } from './workload-words.ts'

/** To its address; where it is not for everybody, with a pass for this computer's owner. */
export function OpenWorkload(props: { workload: WorkloadView; label?: string }) {
  const { name, url, edge, paused } = props.workload
  const { t } = useText()
  const label = props.label ?? t('workloads.open')
  const { client, toasts } = useWorld()
  const [busy, setBusy] = useState(false)
  // What was paused by somebody serves nothing, and that is no trouble to tell of.
  if (url === undefined || paused) return null
  if (!isAnswered(props.workload)) {
    return (
      <span className="open-off">
        <Button icon="external" disabled>
          {label}
        </Button>
        <span className="quiet small">{t('workloads.servesNothing')}</span>
      </span>
    )
  }
  if (edge.access === 'public') {
    return (
      <ButtonLink kind="primary" icon="external" href={url} external>
        {label}
      </ButtonLink>
    )
  }
  const open = async (): Promise<void> => {
    setBusy(true)
    try {
      const { url: withPass } = await client().edge.pass({ name })
      window.open(withPass ?? url, '_blank', 'noopener,noreferrer')
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button kind="primary" icon="external" busy={busy} onPress={() => void open()}>
      {label}
    </Button>
  )
}
