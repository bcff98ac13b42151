import { useState } from 'react'
import { copyName, type VolumeView } from '../../../node-core/api/contract/index.ts'
import { Button, ConfirmDialog } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useCalled } from '../network/index.ts'
import { useVolumeActs } from './use-volume-acts.ts'

/** Of a computer that is away: its data stays where it is, and nobody waits for it (ADR 33). */
export function GiveUp({ volume, reload }: { volume: VolumeView; reload: () => Promise<void> }) {
  const { t } = useText()
  const { giveUp } = useVolumeActs(volume, reload)
  const [asking, setAsking] = useState(false)
  const { workload, index, volume: name } = volume
  const node = useCalled()(volume.node, volume.nodeName)
  return (
    <div className="row-actions">
      <Button onPress={() => setAsking(true)}>{t('volumes.giveUp')}</Button>
      {asking && (
        <ConfirmDialog
          title={t('volumes.giveUpTitle', { name, node })}
          closeLabel={t('words.close')}
          cancelLabel={t('words.cancel')}
          confirmLabel={t('volumes.giveUp')}
          kind="primary"
          onConfirm={giveUp}
          onClose={() => setAsking(false)}
        >
          <p>{t('volumes.giveUpBody', { copy: copyName(workload, index), node })}</p>
        </ConfirmDialog>
      )}
    </div>
  )
}
