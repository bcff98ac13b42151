import { Empty, Page } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useResource, useWorld } from '../../state/index.ts'
import { whoCanGive } from './who-can-give.ts'

/** Instead of the page, to who may not deploy: what that means, and whom to ask. */
export function NotAllowed() {
  const { t } = useText()
  const { data: members = [] } = useResource(useWorld().members)
  const names = whoCanGive(members)
  return (
    <Page>
      <Empty isPage icon="deploy" title={t('deploy.notAllowed')}>
        {names.length === 0
          ? t('deploy.notAllowedDetail')
          : t('deploy.notAllowedAsk', { names: names.join(` ${t('deploy.or')} `) })}
      </Empty>
    </Page>
  )
}
