import { Button, Choice, ChoiceGroup, Dialog, SelectField } from '../design/index.ts'
import { LANGUAGES, useText } from '../i18n/index.ts'
import { useSettings, useWorld } from '../state/index.ts'

interface SettingsProps {
  onClose: () => void
  /** Somebody wants the key for another computer. */
  onOwner: () => void
}

export function SettingsDialog({ onClose, onOwner }: SettingsProps) {
  const { t } = useText()
  const { settings } = useWorld()
  const { theme, language } = useSettings()
  return (
    <Dialog title={t('shell.settings')} closeLabel={t('words.close')} onClose={onClose}>
      <ChoiceGroup
        label={t('shell.settingsDialog.appearance')}
        value={theme}
        onChange={(next) => settings.change({ theme: next })}
      >
        <Choice value="system" title={t('shell.settingsDialog.system')} />
        <Choice value="light" title={t('shell.settingsDialog.light')} />
        <Choice value="dark" title={t('shell.settingsDialog.dark')} />
      </ChoiceGroup>
      <p className="quiet small">{t('shell.settingsDialog.motion')}</p>
      <SelectField
        label={t('shell.settingsDialog.language')}
        value={language}
        options={LANGUAGES.map(({ id, name }) => ({ id, label: name }))}
        onChange={(next) => settings.change({ language: next })}
      />
      <section className="settings-owner">
        <h3 className="field-label">{t('shell.owner.section')}</h3>
        <p className="quiet small">{t('shell.owner.detail')}</p>
        <Button onPress={onOwner}>{t('shell.owner.title')}</Button>
      </section>
    </Dialog>
  )
}
