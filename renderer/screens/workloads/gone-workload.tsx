import type { Status } from '../../../node-core/api/contract/index.ts'
import { Button, ButtonLink, Empty, Page } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatRoute } from '../../state/index.ts'
import { KeptData } from './kept-data.tsx'
import { Secrets } from './secrets.tsx'
import { useBringBack } from './use-bring-back.ts'
import { useVersions } from './use-versions.ts'

/** The page of a workload that nobody wants any more, and the way back where one is kept. */
export function GoneWorkload({ name, status }: { name: string; status: Status }) {
  const { t } = useText()
  const { versions = [] } = useVersions(name)
  const bringBack = useBringBack()
  const { permissions } = status.node
  const mayDeploy = permissions.includes('deploy') || permissions.includes('admin')
  const canComeBack = mayDeploy && versions.length > 0
  return (
    <Page wide>
      <Empty
        isPage
        icon="box"
        title={t('workloads.gone', { name })}
        actions={
          <>
            {canComeBack && (
              <Button kind="primary" onPress={() => void bringBack(name)}>
                {t('workloads.bringBack')}
              </Button>
            )}
            <ButtonLink href={formatRoute({ at: 'workloads' })}>{t('workloads.back')}</ButtonLink>
          </>
        }
      >
        {t(canComeBack ? 'workloads.goneKept' : 'workloads.goneDetail')}
      </Empty>
      <KeptData workload={name} status={status} isGone />
      <Secrets workload={name} mayChange={mayDeploy} isGone />
    </Page>
  )
}
