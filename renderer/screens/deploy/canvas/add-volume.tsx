import { useState } from 'react'
import { TextField } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import { AddDialog } from './add-dialog.tsx'
import type { Bodies } from './bodies.ts'
import { PartChoice, ServiceChoice } from './service-choice.tsx'
import { pathProblem, type VolumeAsked, volumeNameProblem } from './volume-edits.ts'

const USUAL_NAME = 'data'

export function AddVolume(props: {
  bodies: Bodies
  service: number | undefined
  onAdd: (index: number, asked: VolumeAsked) => void
  onClose: () => void
}) {
  const { bodies } = props
  const { t } = useText()
  const among = [...bodies.keys()].filter((at) => bodies[at]?.containers)
  const [index, setIndex] = useState(keeper(among, props.service))
  const body = bodies[index] ?? {}
  const isTaken = volumeNameProblem(body, undefined, USUAL_NAME) !== undefined
  const [own, setOwn] = useState<string>()
  const name = own ?? (isTaken ? '' : USUAL_NAME)
  const [part, setPart] = useState(0)
  const [path, setPath] = useState('')
  const [size, setSize] = useState('')
  const problem = volumeNameProblem(body, undefined, name)
  const wrongPath = pathProblem(body, part, path.trim())
  return (
    <AddDialog
      title={t('canvas.volumeTitle')}
      confirmLabel={t('canvas.add')}
      ready={problem === undefined && wrongPath === undefined}
      onAdd={() =>
        props.onAdd(index, {
          ...{ name, part, path: path.trim() },
          ...(size.trim() !== '' && { size: size.trim() }),
        })
      }
      onClose={props.onClose}
    >
      <ServiceChoice
        label={t('canvas.service')}
        {...{ bodies, among }}
        value={index}
        onChange={(next) => {
          setIndex(next)
          setPart(0)
        }}
      />
      <PartChoice {...{ bodies, index }} value={part} onChange={setPart} />
      <TextField
        label={t('canvas.path')}
        mono
        placeholder="/var/lib/app"
        autoFocus
        value={path}
        problem={path !== '' && wrongPath ? t(`canvas.pathProblem.${wrongPath}`) : undefined}
        onChange={setPath}
      />
      <div className="field-row">
        <TextField
          label={t('canvas.name')}
          value={name}
          problem={name !== '' && problem ? t(`canvas.nameProblem.${problem}`) : undefined}
          hint={t('canvas.volumeHint')}
          onChange={setOwn}
        />
        <TextField
          label={t('canvas.size')}
          hint={t('canvas.sizeHint')}
          value={size}
          onChange={setSize}
        />
      </div>
    </AddDialog>
  )
}

function keeper(among: readonly number[], wanted: number | undefined): number {
  return wanted !== undefined && among.includes(wanted) ? wanted : (among.at(-1) ?? 0)
}
