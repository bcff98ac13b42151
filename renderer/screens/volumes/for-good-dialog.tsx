import { ConfirmDialog } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'

/** Nothing brings it back, so its name is typed. */
export function ForGoodDialog(props: {
  name: string
  detail: string
  onConfirm: () => Promise<void>
  onClose: () => void
}) {
  const { name, detail, onConfirm, onClose } = props
  const { t } = useText()
  return (
    <ConfirmDialog
      title={t('volumes.forGoodTitle', { name })}
      closeLabel={t('words.close')}
      cancelLabel={t('words.cancel')}
      confirmLabel={t('volumes.forGood')}
      kind="danger"
      typed={{ label: t('volumes.forGoodType', { name }), name }}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <p>{detail}</p>
    </ConfirmDialog>
  )
}
