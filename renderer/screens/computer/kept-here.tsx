import type { Status } from '../../../node-core/api/contract/index.ts'
import { useText } from '../../i18n/index.ts'
import { useVolumes, VolumeTable } from '../volumes/index.ts'

/** Whose data lies on this computer. */
export function KeptHere({ status }: { status: Status }) {
  const { t } = useText()
  const { volumes, reload } = useVolumes(({ node }) => node === status.node.id)
  return (
    <section>
      <h2>{t('volumes.here')}</h2>
      {volumes?.length === 0 && <p className="quiet">{t('volumes.hereNone')}</p>}
      {volumes && volumes.length > 0 && <VolumeTable of="node" {...{ volumes, status, reload }} />}
    </section>
  )
}
