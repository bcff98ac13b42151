import { ConfirmDialog } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'

/** A vote less may be a loss that is not borne any more: it is asked once. */
export function DemoteDialog(props: {
  name: string
  isLast: boolean
  onClose: () => void
  onDemote: () => void
}) {
  const { t } = useText()
  const { name, isLast, onClose, onDemote } = props
  return (
    <ConfirmDialog
      title={t('registry.demoteTitle', { name })}
      closeLabel={t('words.close')}
      cancelLabel={t('words.cancel')}
      confirmLabel={t('registry.demote')}
      kind="danger"
      onConfirm={onDemote}
      onClose={onClose}
    >
      <p>{t('registry.demoteDetail')}</p>
      {isLast && <p>{t('registry.demoteLast')}</p>}
    </ConfirmDialog>
  )
}
