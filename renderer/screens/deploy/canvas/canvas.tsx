import { type KeyboardEvent, type RefObject, useRef } from 'react'
import { IconButton } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import { type Bodies, changeBody } from './bodies.ts'
import './canvas.css'
import { type Finding, type Mark, markOf, placeFindings } from './findings.ts'
import type { Thing, ThingKey } from './graph.ts'
import { Panel } from './panel.tsx'
import { Pieces } from './pieces.tsx'
import { Stage } from './stage.tsx'
import { ThingList } from './thing-list.tsx'
import { type Acts, useActs } from './use-acts.ts'
import { type Arranged, useArrangement } from './use-arrangement.ts'
import { type Looking, useCamera } from './use-camera.ts'
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
  /** Something is put somewhere else: a step of its own, after which all workloads are as they were. */
  onStep: (stroke?: string) => Bodies
  undo: (() => void) | undefined
  redo: (() => void) | undefined
}

/** What the parts of the canvas share. */
interface Shared {
  arranged: Arranged
  looking: Looking
  placed: ReadonlyMap<ThingKey, Finding[]>
  markOf: (thing: Thing) => Mark | undefined
  acts: Acts
  stage: RefObject<HTMLDivElement | null>
  panel: RefObject<HTMLElement | null>
}

export function Canvas(props: CanvasProps) {
  const { bodies, running, onEdit } = props
  const { t } = useText()
  const [stage, panel] = [useRef<HTMLDivElement>(null), useRef<HTMLElement>(null)]
  const arranged = useArrangement(bodies, props.of, props.onStep)
  const looking = useCamera(stage, arranged.boxes)
  const acts = useActs({ arranged, looking, stage, onEdit })
  const placed = placeFindings(arranged.graph, props.findings)
  const marks = (thing: Thing) => markOf(thing, placed.get(thing.key) ?? [])
  const shared = { arranged, looking, placed, markOf: marks, acts, stage, panel }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the parts within, which have the focus.
    <div className="canvas" onKeyDown={(event) => onKey(event, props)}>
      <Pieces bodies={bodies} onPiece={acts.ask} />
      <Ground {...props} {...shared} />
      <Side {...props} {...shared} />
      <p className="quiet small canvas-keys">{t('canvas.keys', { key: 'Ctrl' })}</p>
      {acts.asking && (
        <WhatIsAsked
          {...{ bodies, running, onEdit }}
          asking={acts.asking}
          expect={arranged.expect}
          onClose={acts.answered}
        />
      )}
    </div>
  )
}

function Ground(props: CanvasProps & Shared) {
  const { bodies, arranged, looking, acts, stage, panel } = props
  const { t } = useText()
  const tidy = (): void => {
    arranged.tidy()
    looking.fit()
  }
  return (
    <div className="canvas-ground">
      <Stage
        {...{ stage, arranged, looking }}
        markOf={props.markOf}
        onConnect={acts.connect}
        onRemove={acts.remove}
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
        {arranged.isMoved && <IconButton icon="tidy" label={t('canvas.tidy')} onPress={tidy} />}
      </div>
    </div>
  )
}

/** In words what the canvas draws, and the fields of what is chosen. */
function Side(props: CanvasProps & Shared) {
  const { bodies, running, onEdit, arranged, acts, placed } = props
  const { t } = useText()
  const { graph, chosen, choose } = arranged
  const rename = (index: number, name: string): void => {
    const before = graph.services[index]?.name ?? ''
    const isAlone = graph.services.filter((one) => one.name === before).length === 1
    // What two are called leads to neither: only the name itself is changed.
    if (isAlone && before !== '') props.onRename(before, name)
    else onEdit((now) => changeBody(now, index, (body) => ({ ...body, name })))
  }
  return (
    <div className="canvas-side">
      <ThingList
        {...{ graph, chosen }}
        markOf={props.markOf}
        onChoose={choose}
        onRemove={acts.remove}
      />
      {chosen ? (
        <Panel
          ref={props.panel}
          {...{ graph, bodies, running, onEdit }}
          thing={chosen}
          findings={placed.get(chosen.key) ?? []}
          onRename={rename}
          onPiece={acts.ask}
          onRemove={acts.remove}
        />
      ) : (
        <p className="quiet">{t(bodies.length === 0 ? 'canvas.intro' : 'canvas.chooseHint')}</p>
      )}
    </div>
  )
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
