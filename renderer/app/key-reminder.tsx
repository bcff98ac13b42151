import type { Status } from '../../node-core/api/contract/index.ts'
import { Button, Icon } from '../design/index.ts'
import { useText } from '../i18n/index.ts'
import { useSettings, useWorld } from '../state/index.ts'

interface KeyReminderProps {
  status: Status
  onBackup: () => void
}

/** Said once, to whoever put it off on the first run; it stays until it is answered. */
export function KeyReminder({ status, onBackup }: KeyReminderProps) {
  const { t } = useText()
  const { settings } = useWorld()
  const { keyOwed } = useSettings()
  if (!keyOwed) return null
  return (
    <div className="banner" role="status">
      <Icon name="key" />
      <div className="banner-words">
        <strong>{t('shell.keyReminder.title')}</strong>
        <p>{t('shell.keyReminder.detail', { network: status.network?.name ?? '' })}</p>
      </div>
      <div className="banner-actions">
        <Button onPress={onBackup}>{t('shell.owner.backup.title')}</Button>
        <Button kind="plain" onPress={() => settings.change({ keyOwed: false })}>
          {t('shell.keyReminder.decline')}
        </Button>
      </div>
    </div>
  )
}
