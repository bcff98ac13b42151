import { ButtonLink, Page, PageHeader } from '../design/index.ts'
import { useText } from '../i18n/index.ts'
import { formatRoute } from '../state/index.ts'

/** For an address that was mistyped, or kept from another release. */
export function NoSuchPage({ address }: { address: string }) {
  const { t } = useText()
  return (
    <Page>
      <PageHeader title={t('shell.noPageTitle')} detail={t('shell.noPageDetail', { address })} />
      <div>
        <ButtonLink kind="primary" href={formatRoute({ at: 'network', view: 'map' })}>
          {t('shell.noPageHome')}
        </ButtonLink>
      </div>
    </Page>
  )
}
