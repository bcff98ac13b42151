import { Hint } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'

export function Legend() {
  const { t } = useText()
  return (
    <div className="legend">
      <ul>
        <li>
          <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
            <path d="M8 1.2 13.9 4.6v6.800L8 14.8l-5.900-3.400V4.6Z" fill="currentColor" />
          </svg>
          {t('words.role.sclerotia')}
        </li>
        <li>
          <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
            <circle cx="8" cy="8" r="5.5" fill="currentColor" />
          </svg>
          {t('words.role.rhizomorph')}
        </li>
        <li>
          <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
            <circle cx="8" cy="8" r="4.5" fill="none" stroke="currentColor" strokeWidth="2" />
          </svg>
          {t('words.role.hypha')}
        </li>
      </ul>
      <Hint label={t('network.legend')}>
        <dl className="legend-meaning">
          <div>
            <dt>{t('words.role.sclerotia')}</dt>
            <dd>{t('words.roleMeaning.sclerotia')}</dd>
          </div>
          <div>
            <dt>{t('words.role.rhizomorph')}</dt>
            <dd>{t('words.roleMeaning.rhizomorph')}</dd>
          </div>
          <div>
            <dt>{t('words.role.hypha')}</dt>
            <dd>{t('words.roleMeaning.hypha')}</dd>
          </div>
        </dl>
        <p className="quiet small">{t('network.legendDetail')}</p>
        <p className="quiet small">{t('network.legendLink')}</p>
        <p className="quiet small">{t('network.legendFruit')}</p>
      </Hint>
    </div>
  )
}
