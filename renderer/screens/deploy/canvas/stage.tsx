import { type CSSProperties, type KeyboardEvent, type RefObject, useEffect } from 'react'
import { useText } from '../../../i18n/index.ts'
import type { Point } from '../../../topology/index.ts'
import { placedThings } from './arrangement.ts'
import type { Mark } from './findings.ts'
import { wordsFactor } from './fitting.ts'
import type { Thing, ThingKey } from './graph.ts'
import './stage.css'
import { LinkTag, ThingView } from './thing-views.tsx'
import { thingWords } from './thing-words.ts'
import { ThreadLines } from './thread-lines.tsx'
import { threadBetween } from './threads.ts'
import type { Arranged } from './use-arrangement.ts'
import type { Looking } from './use-camera.ts'
import { usePointer } from './use-pointer.ts'

interface StageProps {
  stage: RefObject<HTMLDivElement | null>
  arranged: Arranged
  looking: Looking
  markOf: (thing: Thing) => Mark | undefined
  onConnect: (from: ThingKey, to: ThingKey) => void
  onRemove: () => void
  /** Goes to the fields of what is chosen. */
  onOpen: () => void
}

/** The canvas itself. It is one picture to a screen reader; the list beside it says the same. */
export function Stage({ stage, arranged, looking, markOf, ...acts }: StageProps) {
  const { t } = useText()
  const { graph, boxes, chosen } = arranged
  const { held, handlers } = usePointer({
    ...{ graph, looking, choose: arranged.choose, move: arranged.move, connect: acts.onConnect },
  })
  useWheelZoom(stage, looking)
  const counts = t('canvas.stage', {
    services: t('canvas.counts.services', { count: graph.services.length }),
    volumes: t('canvas.counts.volumes', { count: graph.volumes.length }),
    routes: t('canvas.counts.routes', { count: graph.routes.length }),
    links: t('canvas.counts.links', { count: graph.links.length }),
  })
  const name = chosen && thingWords(graph, chosen, t)
  const style: CSSProperties & Record<'--words', number> = {
    transform: looking.transform,
    '--words': wordsFactor(looking.camera.scale),
  }
  return (
    <div
      ref={stage}
      className="canvas-stage"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is moved by keys, as the map of the network is.
      tabIndex={0}
      role="img"
      aria-label={name ? t('canvas.stageChosen', { stage: counts, name }) : counts}
      data-held={held?.what}
      onKeyDown={(event) => actByKey(event, { arranged, looking, ...acts })}
      {...handlers}
    >
      <div className="canvas-world" style={style}>
        <ThreadLines
          {...{ graph, boxes, chosen, markOf }}
          loose={held?.what === 'thread' ? held : undefined}
        />
        {graph.links.map((link) => {
          const [from, to] = [boxes.get(link.from), boxes.get(link.to)]
          if (!from || !to) return null
          const { middle } = threadBetween(link.key, from, to)
          const state = { isChosen: chosen?.key === link.key, mark: markOf(link) }
          return <LinkTag key={link.key} link={link} middle={middle} {...state} />
        })}
        {placedThings(graph).map((thing) => {
          const box = boxes.get(thing.key)
          const state = { isChosen: chosen?.key === thing.key, mark: markOf(thing) }
          return box && <ThingView key={thing.key} thing={thing} box={box} {...state} />
        })}
      </div>
    </div>
  )
}

const ZOOM_STEP = 1.3
const MOVE_STEP = 16
const PAN_STEP_PX = 60

const ARROWS: Record<string, Point> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

type Acts = Pick<StageProps, 'arranged' | 'looking' | 'onRemove' | 'onOpen'>

function actByKey(event: KeyboardEvent, { arranged, looking, onRemove, onOpen }: Acts): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const { chosen } = arranged
  const arrow = ARROWS[event.key]
  if (arrow && chosen && chosen.kind !== 'link') {
    const step = MOVE_STEP * (event.shiftKey ? 4 : 1)
    looking.hold()
    arranged.move(chosen.key, { x: arrow.x * step, y: arrow.y * step })
  } else if (arrow) looking.pan(-arrow.x * PAN_STEP_PX, -arrow.y * PAN_STEP_PX)
  else if (event.key === '+') looking.zoom(ZOOM_STEP)
  else if (event.key === '-') looking.zoom(1 / ZOOM_STEP)
  else if (event.key === '0') looking.fit()
  else if (event.key === 'Escape' && chosen) arranged.choose(undefined)
  else if (event.key === 'Enter' && chosen) onOpen()
  else if ((event.key === 'Delete' || event.key === 'Backspace') && chosen) onRemove()
  else return
  event.preventDefault()
}

/** With Ctrl or by pinching: a wheel alone scrolls the page, as it does everywhere on it. */
function useWheelZoom(stage: RefObject<HTMLElement | null>, looking: Looking): void {
  useEffect(() => {
    const element = stage.current
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      looking.zoom(Math.exp(-event.deltaY * 0.004), { x: event.clientX, y: event.clientY })
    }
    // React's own listener is passive, so it could not keep the page from zooming.
    element?.addEventListener('wheel', onWheel, { passive: false })
    return () => element?.removeEventListener('wheel', onWheel)
  })
}
