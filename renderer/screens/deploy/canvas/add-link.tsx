import { useState } from 'react'
import { SelectField, TextField } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import { nameOf } from '../draft/index.ts'
import { AddDialog } from './add-dialog.tsx'
import type { Bodies } from './bodies.ts'
import { type LinkAsked, suggestVariable, variableProblem } from './link-edits.ts'
import { PartChoice, ServiceChoice } from './service-choice.tsx'

export function AddLink(props: {
  bodies: Bodies
  /** What runs already, by name. */
  running: readonly string[]
  from: number | undefined
  to: string | undefined
  onAdd: (from: number, asked: LinkAsked) => void
  onClose: () => void
}) {
  const { bodies, running } = props
  const { t } = useText()
  const [from, setFrom] = useState(props.from ?? 0)
  const body = bodies[from] ?? {}
  const here = bodies.map(nameOf).filter((name) => name !== '' && name !== nameOf(body))
  const outside = running.filter((name) => !here.includes(name) && name !== nameOf(body))
  const [chosen, setTo] = useState(props.to)
  const to = chosen !== undefined && chosen !== nameOf(body) ? chosen : (here[0] ?? outside[0])
  const suggested = suggestVariable(bodies, to ?? '')
  const [ownName, setName] = useState<string>()
  const [ownValue, setValue] = useState<string>()
  const [part, setPart] = useState(0)
  const name = (ownName ?? suggested.name).trim()
  const value = ownValue ?? suggested.value
  const at = body.containers ? part : undefined
  const problem = name === '' ? undefined : variableProblem(body, at, name)
  return (
    <AddDialog
      title={t('canvas.linkTitle')}
      confirmLabel={t('canvas.linkIt')}
      ready={to !== undefined && problem === undefined}
      onAdd={() => {
        const variable = name === '' ? undefined : { part: at, name, value }
        if (to !== undefined) props.onAdd(from, { name: to, variable })
      }}
      onClose={props.onClose}
    >
      <div className="field-row">
        <ServiceChoice
          label={t('canvas.linkFrom')}
          {...{ bodies, among: [...bodies.keys()] }}
          value={from}
          onChange={(next) => {
            setFrom(next)
            setPart(0)
          }}
        />
        <SelectField
          label={t('canvas.linkTo')}
          value={to ?? ''}
          options={[
            ...here.map((id) => ({ id, label: id })),
            ...outside.map((id) => ({ id, label: t('canvas.linkOutside', { name: id }) })),
          ]}
          onChange={setTo}
        />
      </div>
      {to !== undefined && (
        <p className="quiet">{t('canvas.linkHint', { user: nameOf(body), name: to })}</p>
      )}
      <PartChoice {...{ bodies, index: from }} value={part} onChange={setPart} />
      <div className="field-row">
        <TextField
          label={t('canvas.variable')}
          hint={t('canvas.variableHint')}
          mono
          value={ownName ?? suggested.name}
          problem={problem ? t(`canvas.variableProblem.${problem}`) : undefined}
          onChange={setName}
        />
        <TextField label={t('canvas.value')} mono value={value} onChange={setValue} />
      </div>
    </AddDialog>
  )
}
