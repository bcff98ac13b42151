import { useState } from 'react'
import { Segmented, TextField } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import { AddDialog } from './add-dialog.tsx'
import type { Bodies } from './bodies.ts'
import { webParts, webPort } from './ports.ts'
import { edgePortProblem, portProblem, type RouteAsked } from './route-edits.ts'
import { PartChoice, ServiceChoice } from './service-choice.tsx'

export function AddRoute(props: {
  bodies: Bodies
  service: number | undefined
  onAdd: (index: number, asked: RouteAsked) => void
  onClose: () => void
}) {
  const { bodies } = props
  const { t } = useText()
  const [index, setIndex] = useState(props.service ?? bodies.length - 1)
  const body = bodies[index] ?? {}
  const web = webPort(body)
  const [by, setBy] = useState<'name' | 'port'>(web || body.bundle !== undefined ? 'port' : 'name')
  const [chosenPart, setPart] = useState(0)
  const [own, setOwn] = useState<string>()
  const [edge, setEdge] = useState('')
  const among = by === 'name' ? webParts(body) : [...(body.containers ?? []).keys()]
  const part = among.includes(chosenPart) ? chosenPart : (among[0] ?? 0)
  const inside = own ?? (by === 'port' && web ? String(web.containerPort) : '')
  const wrongPort = portProblem(Number(inside))
  const wrongEdge = by === 'port' ? edgePortProblem(bodies, Number(edge)) : undefined
  return (
    <AddDialog
      title={t('canvas.routeTitle')}
      confirmLabel={t('canvas.add')}
      ready={wrongPort === undefined && wrongEdge === undefined}
      onAdd={() =>
        props.onAdd(index, {
          ...{ part, containerPort: Number(inside) },
          ...(by === 'port' && { port: Number(edge) }),
        })
      }
      onClose={props.onClose}
    >
      <ServiceChoice
        label={t('canvas.service')}
        {...{ bodies, among: [...bodies.keys()] }}
        value={index}
        onChange={setIndex}
      />
      <Segmented
        label={t('canvas.routeBy')}
        value={by}
        options={(['name', 'port'] as const).map((id) => ({
          id,
          label: t(id === 'name' ? 'canvas.routeByName' : 'canvas.routeByPort'),
        }))}
        onChange={setBy}
      />
      <PartChoice {...{ bodies, index, among }} value={part} onChange={setPart} />
      <div className="field-row">
        <TextField
          label={t('canvas.containerPort')}
          placeholder="8080"
          autoFocus
          value={inside}
          problem={inside !== '' && wrongPort ? t(`canvas.portProblem.${wrongPort}`) : undefined}
          onChange={(digits) => setOwn(digitsOf(digits))}
        />
        {by === 'port' && (
          <TextField
            label={t('canvas.edgePort')}
            placeholder="18080"
            value={edge}
            problem={
              edge !== '' && wrongEdge ? t(`canvas.edgePortProblem.${wrongEdge}`) : undefined
            }
            onChange={(digits) => setEdge(digitsOf(digits))}
          />
        )}
      </div>
    </AddDialog>
  )
}

const digitsOf = (text: string): string => text.replace(/\D/g, '').slice(0, 5)
