import type { Status } from '../../node-core/api/contract/index.ts'
import { Icon, type IconName, Mark } from '../design/index.ts'
import { useText } from '../i18n/index.ts'
import { formatRoute, type Route, useRoute } from '../state/index.ts'
import type { Overlay } from './shell.tsx'
import { commandKey } from './shortcuts.tsx'

interface RailProps {
  status: Status
  platform: string
  onOpen: (overlay: Overlay) => void
}

const PLACES: {
  word: 'network' | 'workloads' | 'deploy' | 'computer'
  icon: IconName
  to: Route
}[] = [
  { word: 'network', icon: 'network', to: { at: 'network', view: 'map' } },
  { word: 'workloads', icon: 'workloads', to: { at: 'workloads' } },
  { word: 'deploy', icon: 'deploy', to: { at: 'deploy' } },
  { word: 'computer', icon: 'computer', to: { at: 'computer' } },
]

export function Rail({ status, platform, onOpen }: RailProps) {
  const { t } = useText()
  const route = useRoute()
  const at = route.at === 'workload' ? 'workloads' : route.at
  return (
    <header className="rail">
      <div className="rail-home">
        <Mark />
        <span className="rail-network" title={status.network?.name}>
          {status.network?.name}
        </span>
      </div>
      <nav className="rail-items" aria-label={t('shell.nav')}>
        {PLACES.map(({ word, icon, to }) => (
          <a
            key={word}
            className="rail-item"
            href={formatRoute(to)}
            title={t(`shell.${word}`)}
            {...(at === word ? { 'aria-current': 'page' as const } : {})}
          >
            <Icon name={icon} />
            <span className="rail-word">{t(`shell.${word}`)}</span>
          </a>
        ))}
      </nav>
      <div className="rail-foot">
        <button
          type="button"
          className="rail-item"
          title={t('shell.find')}
          onClick={() => onOpen('palette')}
        >
          <Icon name="search" />
          <span className="rail-word">{t('shell.find')}</span>
          <kbd className="key">{commandKey(platform)} K</kbd>
        </button>
        <button
          type="button"
          className="rail-item"
          title={t('shell.settings')}
          onClick={() => onOpen('settings')}
        >
          <Icon name="settings" />
          <span className="rail-word">{t('shell.settings')}</span>
        </button>
      </div>
    </header>
  )
}
