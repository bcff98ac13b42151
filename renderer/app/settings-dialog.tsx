import { Button, Dialog, Segmented, SelectField } from '../design/index.ts'
import { LANGUAGES, useText } from '../i18n/index.ts'
import { useSettings, useWorld } from '../state/index.ts'

const THEMES = ['system', 'light', 'dark'] as const

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
      <div className="field">
        <span className="field-label" aria-hidden="true">
          {t('shell.settingsDialog.appearance')}
        </span>
        <Segmented
          label={t('shell.settingsDialog.appearance')}
          value={theme}
          options={THEMES.map((id) => ({ id, label: t(`shell.settingsDialog.${id}`) }))}
          onChange={(next) => settings.change({ theme: next })}
        />
        <span className="field-hint">{t('shell.settingsDialog.motion')}</span>
      </div>
      <SelectField
        label={t('shell.settingsDialog.language')}
        value={language}
        options={LANGUAGES.map(({ id, name }) => ({ id, label: name }))}
        onChange={(next) => settings.change({ language: next })}
      />
      <section className="settings-owner">
        <h3 className="field-label">{t('shell.owner.section')}</h3>
        <p className="quiet small">{t('shell.owner.detail')}</p>
        <Button onPress={onOwner}>{t('shell.owner.computer.title')}</Button>
      </section>
    </Dialog>
  )
}
