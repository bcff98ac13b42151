import { Button } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { formOf, type Unready, useDraft, useDraftStore, withoutForm } from './draft/index.ts'
import type { WrongField } from './form.ts'

/** Which of the draft keeps it from being sent, and the way there. */
export function NotReady({ unready }: { unready: readonly Unready[] }) {
  return unready.map((one) => <OneNotReady key={`${one.why} ${one.name}`} unready={one} />)
}

function OneNotReady({ unready }: { unready: Unready }) {
  const { t } = useText()
  const { why, name } = unready
  const label = (field: WrongField): string => {
    switch (field) {
      case 'egress':
      case 'shares':
      case 'shareMinutes':
        return t(`rules.${field}`)
      default:
        return t(`deploy.${field}`)
    }
  }
  const fields = why === 'lines' ? unready.fields.map(label).join(', ') : ''
  return (
    <div className="preview-short" role="status">
      <p>{t(`deploy.unready.${why}`, { name, fields })}</p>
      {why !== 'variables' && <WayThere id={unready.id} />}
    </div>
  )
}

function WayThere({ id }: { id: string }) {
  const { t } = useText()
  const { route } = useWorld()
  const draft = useDraft()
  const { change } = useDraftStore()
  const look = (): void => {
    change((now) => ({ ...now, open: id }))
    route.go({ at: 'deploy', way: 'catalogue' })
  }
  return (
    <div className="page-actions">
      <Button kind="plain" onPress={look}>
        {t('deploy.unready.look')}
      </Button>
      {formOf(draft, id)?.gave.length === 0 && (
        <Button kind="plain" onPress={() => change((now) => withoutForm(now, id))}>
          {t('deploy.unready.leaveOut')}
        </Button>
      )}
    </div>
  )
}
