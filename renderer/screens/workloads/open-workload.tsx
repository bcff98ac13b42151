import { useState } from 'react'
import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button, ButtonLink } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'

/** To its address; where it is not for everybody, with a pass for this computer's owner. */
export function OpenWorkload(props: { workload: WorkloadView; label?: string }) {
  const { name, url, edge } = props.workload
  const { t } = useText()
  const label = props.label ?? t('workloads.open')
  const { client, toasts } = useWorld()
  const [busy, setBusy] = useState(false)
  if (url === undefined) return null
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
