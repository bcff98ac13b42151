import { Icon } from '../design/index.ts'
import { useText } from '../i18n/index.ts'
import { useResource, useWorld } from '../state/index.ts'

/** This computer said that it sleeps: its system does, or the app ends once others have its work. */
export function AsleepBanner() {
  const { t } = useText()
  const { nodes } = useWorld()
  const own = useResource(nodes).data?.find(({ self }) => self)
  if (!own?.asleep) return null
  const { instances: count } = own
  return (
    <div className="banner banner-warn" role="status">
      <Icon name="info" />
      <div className="banner-words">
        <strong>{t('shell.asleepTitle')}</strong>
        <p>{count === 0 ? t('shell.asleepEmpty') : t('shell.asleepLeft', { count })}</p>
      </div>
    </div>
  )
}
