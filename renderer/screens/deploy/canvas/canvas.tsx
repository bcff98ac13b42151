import { type KeyboardEvent, useRef, useState } from 'react'
import { IconButton } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import type { Point } from '../../../topology/index.ts'
import type { Asking, Piece } from './asking.ts'
import { type Bodies, changeBody } from './bodies.ts'
import './canvas.css'
import { type Finding, placeFindings } from './findings.ts'
import { ownerOf, type ThingKey } from './graph.ts'
import { canGo, Panel } from './panel.tsx'
import { Pieces } from './pieces.tsx'
import { removeThing } from './removing.ts'
import { Stage } from './stage.tsx'
import { ThingList } from './thing-list.tsx'
import { useArrangement } from './use-arrangement.ts'
import { useCamera } from './use-camera.ts'
import { thingAt } from './use-pointer.ts'
import { WhatIsAsked } from './what-is-asked.tsx'

export interface CanvasProps {
  bodies: Bodies
  /** What stays the same for as long as one draft is written. */
  of: object
  findings: readonly Finding[]
  /** Workloads of the network, by name. */
  running: readonly string[]
  onEdit: (to: (now: Bodies) => Bodies, stroke?: string) => void
  onRename: (from: string, to: string) => void
  undo: (() => void) | undefined
  redo: (() => void) | undefined
}

export function Canvas(props: CanvasProps) {
  const { bodies, running, onEdit } = props
  const { t } = useText()
  const stage = useRef<HTMLDivElement>(null)
  const panel = useRef<HTMLElement>(null)
  const [asking, setAsking] = useState<Asking>()
  const arranged = useArrangement(bodies, props.of)
  const { graph, chosen } = arranged
  const looking = useCamera(stage, arranged.boxes)
  const placed = placeFindings(graph, props.findings)
  const marked = (key: ThingKey) => placed.has(key) || isLoose(key)
  const isLoose = (key: ThingKey): boolean => {
    const thing = graph.byKey.get(key)
    return thing?.kind === 'link' && thing.use === undefined
  }

  const ask = (piece: Piece, client?: Point): void => {
    const over = client && thingAt(graph, client)
    const on = over === undefined ? (client ? undefined : chosen) : graph.byKey.get(over)
    if (client && !isWithin(stage.current, client)) return
    const at = client && looking.toWorld(client)
    setAsking({ piece, service: on && ownerOf(graph, on)?.index, at })
  }
  const connect = (from: ThingKey, to: ThingKey): void => {
    const [user, used] = [graph.byKey.get(from), graph.byKey.get(to)]
    if (user?.kind !== 'service' || !used) return
    const name = used.kind === 'elsewhere' ? used.name : ownerOf(graph, used)?.name
    if (name && name !== user.name) setAsking({ piece: 'link', service: user.index, to: name })
  }
  const remove = (): void => {
    if (!chosen || !canGo(chosen)) return
    onEdit((now) => removeThing(now, chosen))
    arranged.choose(undefined)
    stage.current?.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the parts within, which have the focus.
    <div className="canvas" onKeyDown={(event) => onKey(event, props)}>
      <Pieces
        whyNot={(piece) => whyNot(piece, bodies, t)}
        onPiece={ask}
        tidy={arranged.isMoved ? arranged.tidy : undefined}
      />
      <div className="canvas-ground">
        <Stage
          {...{ stage, arranged, looking, marked }}
          onConnect={connect}
          onRemove={remove}
          onOpen={() => panel.current?.focus()}
        />
        {bodies.length === 0 && (
          <div className="canvas-empty">
            <strong>{t('canvas.emptyTitle')}</strong>
            <p>{t('canvas.empty')}</p>
          </div>
        )}
        <div className="canvas-tools">
          <IconButton icon="plus" label={t('canvas.zoomIn')} onPress={() => looking.zoom(1.3)} />
          <IconButton
            icon="minus"
            label={t('canvas.zoomOut')}
            onPress={() => looking.zoom(1 / 1.3)}
          />
          <IconButton icon="fit" label={t('canvas.fit')} onPress={looking.fit} />
        </div>
      </div>
      <div className="canvas-side">
        <ThingList {...{ graph, chosen, marked }} onChoose={arranged.choose} onRemove={remove} />
        {chosen ? (
          <Panel
            ref={panel}
            {...{ graph, bodies, running, onEdit }}
            thing={chosen}
            findings={placed.get(chosen.key) ?? []}
            onRename={(index, name) => {
              const before = graph.services[index]?.name ?? ''
              const isAlone = graph.services.filter((one) => one.name === before).length === 1
              if (isAlone && before !== '') props.onRename(before, name)
              else onEdit((now) => changeBody(now, index, (body) => ({ ...body, name })))
            }}
            onPiece={ask}
            onRemove={remove}
          />
        ) : (
          <p className="quiet canvas-hint">
            {t(bodies.length === 0 ? 'canvas.intro' : 'canvas.chooseHint')}
          </p>
        )}
      </div>
      <p className="quiet small canvas-keys">{t('canvas.keys', { key: 'Ctrl' })}</p>
      {asking && (
        <WhatIsAsked
          {...{ asking, bodies, running, onEdit }}
          expect={arranged.expect}
          onClose={() => setAsking(undefined)}
        />
      )}
    </div>
  )
}

function whyNot(
  piece: Piece,
  bodies: Bodies,
  t: ReturnType<typeof useText>['t'],
): string | undefined {
  if (piece === 'service') return undefined
  if (bodies.length === 0) return t('canvas.needsService')
  const hasContainers = bodies.some(({ containers }) => containers)
  return piece === 'volume' && !hasContainers ? t('canvas.needsContainer') : undefined
}

/** Steps back and forth; and a field that is done is not the whole draft that is sent. */
function onKey(event: KeyboardEvent<HTMLElement>, { undo, redo }: CanvasProps): void {
  const { target, currentTarget } = event
  // A question in front of the canvas stands elsewhere in the page, and has keys of its own.
  if (!(target instanceof HTMLElement) || !currentTarget.contains(target)) return
  if (event.key === 'Enter' && target.tagName === 'INPUT') event.preventDefault()
  if (!(event.ctrlKey || event.metaKey) || /^(INPUT|TEXTAREA)$/.test(target.tagName)) return
  const key = event.key.toLowerCase()
  if (key !== 'z' && key !== 'y') return
  event.preventDefault()
  event.stopPropagation()
  if (key === 'y' || event.shiftKey) redo?.()
  else undo?.()
}

function isWithin(element: HTMLElement | null, { x, y }: Point): boolean {
  return element?.parentElement?.contains(document.elementFromPoint(x, y)) ?? false
}
