import { Fact, Facts, SelectField } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import type { Route } from './graph.ts'
import type { PanelProps } from './panel.tsx'
import { setAccess } from './route-edits.ts'
import { leadsWords, routeWords } from './thing-words.ts'

export function RoutePanel({ thing, onEdit }: PanelProps<Route>) {
  const { t } = useText()
  const { index, route, access, containerPort } = thing
  return (
    <>
      <Facts>
        <Fact name={routeWords(thing, t)}>{leadsWords(thing, t)}</Fact>
      </Facts>
      {access === 'owners' ? (
        <p className="quiet">{t('canvas.accessOwners')}</p>
      ) : (
        <SelectField
          label={t('canvas.access')}
          value={access}
          options={(['public', 'members'] as const).map((id) => ({
            id,
            label: t(`canvas.accesses.${id}`),
          }))}
          onChange={(next) => onEdit((now) => setAccess(now, index, next))}
        />
      )}
      {route === 'web' && (
        <p className="quiet small">
          {t(containerPort === undefined ? 'canvas.programRoute' : 'canvas.removeWeb')}
        </p>
      )}
    </>
  )
}
