import { useState } from 'react'
import { copyName, type LeftVolumeView } from '../../../node-core/api/contract/index.ts'
import { Button, Dialog, Table } from '../../design/index.ts'
import { formatMemory, shortId } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { ForGoodDialog } from './for-good-dialog.tsx'
import { useLeftVolumes } from './use-left-volumes.ts'
import './volumes.css'

/** On a screen of a computer that is in a network. */
export function LeftDataSection() {
  const { t } = useText()
  const { volumes, removeForGood } = useLeftVolumes()
  if (volumes.length === 0) return null
  return (
    <section>
      <h2>{t('volumes.left.title')}</h2>
      <LeftTable volumes={volumes} removeForGood={removeForGood} />
    </section>
  )
}

/** Before a network, where there is no screen for it: a line that opens the same. */
export function LeftDataNote() {
  const { t } = useText()
  const { volumes, removeForGood } = useLeftVolumes()
  const [open, setOpen] = useState(false)
  if (volumes.length === 0) return null
  return (
    <div className="left-note">
      <p className="quiet small">{t('volumes.left.note')}</p>
      <Button onPress={() => setOpen(true)}>{t('volumes.left.show')}</Button>
      {open && (
        <Dialog
          wide
          title={t('volumes.left.title')}
          closeLabel={t('words.close')}
          onClose={() => setOpen(false)}
        >
          <LeftTable volumes={volumes} removeForGood={removeForGood} />
        </Dialog>
      )}
    </div>
  )
}

interface LeftTableProps {
  volumes: readonly LeftVolumeView[]
  removeForGood: (volume: LeftVolumeView) => Promise<void>
}

function LeftTable({ volumes, removeForGood }: LeftTableProps) {
  const { t } = useText()
  return (
    <div className="left-data">
      <p className="quiet">{t('volumes.left.intro')}</p>
      <Table
        columns={[
          t('volumes.column.volume'),
          t('volumes.left.column.network'),
          t('volumes.column.size'),
          t('volumes.left.column.stays'),
          t('volumes.column.actions'),
        ]}
      >
        {volumes.map((volume) => (
          <LeftRow key={volume.id} volume={volume} onRemove={() => removeForGood(volume)} />
        ))}
      </Table>
    </div>
  )
}

function LeftRow(props: { volume: LeftVolumeView; onRemove: () => Promise<void> }) {
  const { t, language } = useText()
  const { workload, index, volume, sizeBytes, untilAt, network } = props.volume
  const [asking, setAsking] = useState(false)
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
  const networkName = network.name ?? shortId(network.id)
  return (
    <tr>
      <th scope="row">
        {workload} {volume}
        <p className="quiet small">{t('volumes.ofCopy', { copy: copyName(workload, index) })}</p>
      </th>
      <td>{network.name ?? <code>{networkName}</code>}</td>
      <td className="figure">
        {t('volumes.left.of', { size: formatMemory(sizeBytes, language) })}
      </td>
      <td>
        {untilAt
          ? t('volumes.left.until', { when: date.format(new Date(untilAt)) })
          : t('volumes.left.untilDeleted')}
      </td>
      <td>
        <div className="row-actions">
          <Button onPress={() => setAsking(true)}>{t('volumes.forGood')}</Button>
        </div>
        {asking && (
          <ForGoodDialog
            name={volume}
            detail={t('volumes.left.forGoodDetail', {
              copy: copyName(workload, index),
              network: networkName,
            })}
            onConfirm={props.onRemove}
            onClose={() => setAsking(false)}
          />
        )}
      </td>
    </tr>
  )
}
