import { useText } from '../../i18n/index.ts'
import type { Way } from './steps.ts'

export function Working({ way }: { way: Way }) {
  const { t } = useText()
  return (
    <div className="working" role="status">
      <span className="spinner" aria-hidden="true" />
      <p>{t(way === 'start' ? 'firstRun.working.start' : 'firstRun.working.join')}</p>
    </div>
  )
}
