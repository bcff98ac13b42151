import { Button } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'

export function Welcome({ onBegin }: { onBegin: () => void }) {
  const { t } = useText()
  return (
    <>
      <h1>{t('firstRun.welcome.title')}</h1>
      <ul className="first-run-words">
        <li>{t('firstRun.welcome.one')}</li>
        <li>{t('firstRun.welcome.two')}</li>
        <li>{t('firstRun.welcome.three')}</li>
      </ul>
      <div className="first-run-actions">
        <Button kind="primary" onPress={onBegin} autoFocus>
          {t('firstRun.welcome.begin')}
        </Button>
        <span className="quiet small">{t('firstRun.welcome.lookFirst')}</span>
      </div>
    </>
  )
}
