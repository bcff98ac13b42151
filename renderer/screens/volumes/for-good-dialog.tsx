import type { VolumeView } from '../../../node-core/api/contract/index.ts'
import { ConfirmDialog } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useVolumeActs } from './use-volume-acts.ts'

/** Nothing brings it back, so its name is typed. */
export function ForGoodDialog(props: {
  volume: VolumeView
  reload: () => Promise<void>
  onClose: () => void
}) {
  const { volume, reload, onClose } = props
  const { t } = useText()
  const { removeForGood } = useVolumeActs(volume, reload)
  const name = volume.volume
  return (
    <ConfirmDialog
      title={t('volumes.forGoodTitle', { name })}
      closeLabel={t('words.close')}
      cancelLabel={t('words.cancel')}
      confirmLabel={t('volumes.forGood')}
      kind="danger"
      typed={{ label: t('volumes.forGoodType', { name }), name }}
      onConfirm={removeForGood}
      onClose={onClose}
    >
      <p>{t('volumes.forGoodDetail', { index: volume.index + 1, node: volume.nodeName })}</p>
    </ConfirmDialog>
  )
}
