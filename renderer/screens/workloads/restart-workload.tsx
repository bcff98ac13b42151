import { useState } from 'react'
import { Button, ConfirmDialog } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'

/** Of what serves: all copies anew, as its rollout says. */
export function RestartWorkload({ name }: { name: string }) {
  const { t } = useText()
  const { client, toasts } = useWorld()
  const [asking, setAsking] = useState(false)

  const restart = async (): Promise<void> => {
    try {
      await client().workloads.restart({ name })
      toasts.show({ text: t('workloads.anew.begun', { name }) })
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
  }
  return (
    <>
      <Button onPress={() => setAsking(true)}>{t('workloads.anew.ask')}</Button>
      {asking && (
        <ConfirmDialog
          title={t('workloads.anew.title', { name })}
          closeLabel={t('words.close')}
          cancelLabel={t('words.cancel')}
          confirmLabel={t('workloads.anew.ask')}
          kind="primary"
          onConfirm={restart}
          onClose={() => setAsking(false)}
        >
          <p>{t('workloads.anew.detail')}</p>
        </ConfirmDialog>
      )}
    </>
  )
}
