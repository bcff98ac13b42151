import { useState } from 'react'
import { copyName, type Status, type VolumeView } from '../../../node-core/api/contract/index.ts'
import { Button, StateWord, Table, type Tone } from '../../design/index.ts'
import { formatMemory } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatRoute } from '../../state/index.ts'
import { useCalled } from '../network/index.ts'
import { ForGoodDialog } from './for-good-dialog.tsx'
import { GiveUp } from './give-up.tsx'
import { useVolumeActs } from './use-volume-acts.ts'

interface VolumeTableProps {
  volumes: readonly VolumeView[]
  /** Of one workload, each with its node; or on one node, each with its workload and owner. */
  of: 'workload' | 'node'
  status: Status
  reload: () => Promise<void>
}

export function VolumeTable({ volumes, of, status, reload }: VolumeTableProps) {
  const { t } = useText()
  const sorted = [...volumes].sort((a, b) => (a.id < b.id ? -1 : 1))
  return (
    <Table
      columns={[
        t('volumes.column.volume'),
        t(of === 'node' ? 'volumes.column.owner' : 'volumes.column.where'),
        t('volumes.column.size'),
        t('volumes.column.state'),
        t('volumes.column.actions'),
      ]}
    >
      {sorted.map((volume) => (
        <VolumeRow
          key={`${volume.node}/${volume.id}`}
          {...{ volume, of, reload }}
          mayChange={mayChange(volume, status)}
          mayGiveUp={status.node.permissions.includes('admin')}
        />
      ))}
    </Table>
  )
}

/** As the node decides it. */
function mayChange({ owner }: VolumeView, { node }: Status): boolean {
  const { permissions } = node
  const isOwn = owner.id === node.owner.id && permissions.includes('deploy')
  return isOwn || permissions.includes('admin')
}

function VolumeRow(props: {
  volume: VolumeView
  of: VolumeTableProps['of']
  mayChange: boolean
  mayGiveUp: boolean
  reload: () => Promise<void>
}) {
  const { volume, of, mayChange, mayGiveUp, reload } = props
  const isAway = volume.state === 'left' || volume.state === 'out of sight'
  const { workload, index, node, nodeName, owner } = volume
  const called = useCalled()
  const { t } = useText()
  return (
    <tr>
      <th scope="row">
        {of === 'node' && (
          <a
            className="row-link"
            href={formatRoute({ at: 'workload', name: workload, tab: 'data' })}
          >
            {workload}
          </a>
        )}{' '}
        {volume.volume}
        <p className="quiet small">{t('volumes.ofCopy', { copy: copyName(workload, index) })}</p>
      </th>
      <td>
        {of === 'node' ? (
          owner.name
        ) : (
          <a className="row-link" href={formatRoute({ at: 'network', view: 'map', node })}>
            {called(node, nodeName)}
          </a>
        )}
      </td>
      <SizeCell volume={volume} />
      <StateCell volume={volume} />
      <td>
        {mayChange && <Actions volume={volume} reload={reload} />}
        {mayGiveUp && isAway && <GiveUp volume={volume} reload={reload} />}
      </td>
    </tr>
  )
}

function SizeCell({ volume: { usedBytes, sizeBytes } }: { volume: VolumeView }) {
  const { t, language } = useText()
  const size = formatMemory(sizeBytes, language)
  const used = usedBytes === undefined ? undefined : formatMemory(usedBytes, language)
  return (
    <td className="figure">
      {used === undefined ? t('volumes.notCounted', { size }) : t('volumes.used', { used, size })}
      {(usedBytes ?? 0) > sizeBytes && (
        <p className="small">
          <StateWord tone="warn">{t('volumes.over')}</StateWord>
        </p>
      )}
    </td>
  )
}

const TONES: Record<VolumeView['state'], Tone> = {
  used: 'well',
  kept: 'off',
  deleted: 'warn',
  'out of sight': 'warn',
  left: 'warn',
}

function StateCell({ volume: { state, untilAt } }: { volume: VolumeView }) {
  const { t, language } = useText()
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
  return (
    <td>
      <StateWord tone={TONES[state]}>
        {t(`volumes.state.${state === 'out of sight' ? 'outOfSight' : state}`)}
      </StateWord>
      {untilAt && (
        <p className="quiet small">
          {t('volumes.until', { when: date.format(new Date(untilAt)) })}
        </p>
      )}
    </td>
  )
}

/** Deleting can be undone, and is not asked; deleting for good cannot, and is. */
function Actions({ volume, reload }: { volume: VolumeView; reload: () => Promise<void> }) {
  const called = useCalled()
  const { t } = useText()
  const { remove, restore, removeForGood } = useVolumeActs(volume, reload)
  const [asking, setAsking] = useState(false)
  return (
    <div className="row-actions">
      {volume.state === 'kept' && (
        <Button onPress={() => void remove()}>{t('volumes.delete')}</Button>
      )}
      {volume.state === 'deleted' && (
        <>
          <Button onPress={() => void restore()}>{t('volumes.restore')}</Button>
          <Button onPress={() => setAsking(true)}>{t('volumes.forGood')}</Button>
        </>
      )}
      {asking && (
        <ForGoodDialog
          name={volume.volume}
          detail={t('volumes.forGoodDetail', {
            copy: copyName(volume.workload, volume.index),
            node: called(volume.node, volume.nodeName),
          })}
          onConfirm={removeForGood}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  )
}
