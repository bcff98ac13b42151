import { useState } from 'react'
import { Button, IconButton, SelectField, TextField } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import { partNameOf, without } from './bodies.ts'
import { CommittedField } from './committed-field.tsx'
import type { Mounted, Volume } from './graph.ts'
import type { PanelProps } from './panel.tsx'
import { PartChoice } from './service-choice.tsx'
import {
  changeVolume,
  mountVolume,
  pathProblem,
  renameVolume,
  unmountVolume,
  volumeNameProblem,
} from './volume-edits.ts'

export function VolumePanel(props: PanelProps<Volume>) {
  const { thing, bodies, onEdit, problemAt } = props
  const { t } = useText()
  const { index, volume, size = '' } = thing
  const body = bodies[index] ?? {}
  const ifLost = body.volumes?.[volume]?.ifLost ?? 'wait'
  return (
    <>
      <CommittedField
        label={t('canvas.name')}
        value={thing.name}
        hint={t('canvas.volumeHint')}
        problemOf={(name) => {
          const problem = volumeNameProblem(body, volume, name)
          return problem && t(`canvas.nameProblem.${problem}`)
        }}
        onCommit={(name) => onEdit((now) => renameVolume(now, index, volume, name))}
      />
      <TextField
        label={t('canvas.size')}
        hint={t('canvas.sizeHint')}
        value={String(size)}
        problem={problemAt(/^volumes\.\d+\.size/)}
        onChange={(text) =>
          onEdit((now) => {
            return changeVolume(now, index, volume, (claim) => ({
              ...without(claim, 'size'),
              ...(text.trim() !== '' && { size: text.trim() }),
            }))
          }, 'size')
        }
      />
      <SelectField
        label={t('canvas.ifLost')}
        value={ifLost}
        options={[
          { id: 'wait', label: t('canvas.ifLostWait') },
          { id: 'empty', label: t('canvas.ifLostEmpty') },
        ]}
        onChange={(next) =>
          onEdit((now) => {
            return changeVolume(now, index, volume, (claim) => ({
              ...without(claim, 'ifLost'),
              ...(next !== 'wait' && { ifLost: next }),
            }))
          })
        }
      />
      <Places {...props} />
    </>
  )
}

function Places(props: PanelProps<Volume>) {
  const { thing, bodies, onEdit } = props
  const { t } = useText()
  const { index, name, mounted } = thing
  const body = bodies[index] ?? {}
  const [part, setPart] = useState(0)
  const [path, setPath] = useState('')
  const problem = pathProblem(body, part, path.trim())
  const placeOf = ({ part: at, path: seen, readOnly }: Mounted): string => {
    const container = body.containers?.[at]
    const isAlone = body.containers?.length === 1
    const place =
      isAlone || !container
        ? seen
        : t('canvas.placeOf', { path: seen, container: partNameOf(container) })
    return readOnly ? t('canvas.placeReadOnly', { place }) : place
  }
  return (
    <section className="canvas-places">
      <h3>{t('canvas.places')}</h3>
      {mounted.length === 0 && <p className="preview-short">{t('canvas.noPlaces')}</p>}
      <ul>
        {mounted.map((place) => (
          <li key={`${place.part} ${place.mount}`}>
            <code>{placeOf(place)}</code>
            <IconButton
              icon="trash"
              label={t('canvas.removePlace', { path: place.path })}
              onPress={() => onEdit((now) => unmountVolume(now, index, place.part, place.mount))}
            />
          </li>
        ))}
      </ul>
      <PartChoice {...{ bodies, index }} value={part} onChange={setPart} />
      <TextField
        label={t('canvas.path')}
        mono
        placeholder="/var/lib/app"
        value={path}
        problem={path !== '' && problem ? t(`canvas.pathProblem.${problem}`) : undefined}
        onChange={setPath}
      />
      <Button
        icon="plus"
        disabled={problem !== undefined}
        onPress={() => {
          onEdit((now) => mountVolume(now, index, part, { volume: name, path: path.trim() }))
          setPath('')
        }}
      >
        {t('canvas.addPlace')}
      </Button>
    </section>
  )
}
