import { useState } from 'react'
import { Button, ConfirmDialog } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useResource, useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'

/** For those who look after the network: the way on from a program whose publisher is not trusted. */
export function TrustPublisher(props: { publisher: string; onTrusted: () => Promise<void> }) {
  const { publisher, onTrusted } = props
  const { t } = useText()
  const { status, client, toasts } = useWorld()
  const isAdmin = useResource(status).data?.node.permissions.includes('admin')
  const [asking, setAsking] = useState(false)
  const trust = async (): Promise<void> => {
    try {
      await client().bundles.trust({ key: publisher })
      toasts.show({ text: t('deploy.trust.done') })
      await onTrusted()
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
  }
  if (!isAdmin) return null
  return (
    <>
      <Button onPress={() => setAsking(true)}>{t('deploy.trust.action')}</Button>
      {asking && (
        <ConfirmDialog
          title={t('deploy.trust.title')}
          closeLabel={t('words.close')}
          cancelLabel={t('words.cancel')}
          confirmLabel={t('deploy.trust.confirm')}
          kind="primary"
          onConfirm={trust}
          onClose={() => setAsking(false)}
        >
          <p>{t('deploy.trust.detail')}</p>
          <p>
            {t('deploy.trust.key')} <code className="publisher-key">{publisher}</code>
          </p>
        </ConfirmDialog>
      )}
    </>
  )
}
