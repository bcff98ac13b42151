import { useState } from 'react'
import type { VolumeView } from '../../../node-core/api/contract/index.ts'
import { Button, Dialog, DialogActions, TextField } from '../../design/index.ts'
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
  const [typed, setTyped] = useState('')
  const [busy, setBusy] = useState(false)
  const name = volume.volume
  return (
    <Dialog
      title={t('volumes.forGoodTitle', { name })}
      closeLabel={t('words.close')}
      onClose={onClose}
    >
      <p>{t('volumes.forGoodDetail', { index: volume.index + 1, node: volume.nodeName })}</p>
      <TextField
        label={t('volumes.forGoodType', { name })}
        value={typed}
        onChange={setTyped}
        autoFocus
      />
      <DialogActions>
        <Button onPress={onClose}>{t('words.cancel')}</Button>
        <Button
          kind="danger"
          busy={busy}
          disabled={typed.trim() !== name}
          onPress={() => {
            setBusy(true)
            void removeForGood().then(onClose)
          }}
        >
          {t('volumes.forGood')}
        </Button>
      </DialogActions>
    </Dialog>
  )
}
