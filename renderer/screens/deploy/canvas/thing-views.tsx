import type { ReactNode } from 'react'
import { Icon } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import type { Mark } from './findings.ts'
import type { Elsewhere, Link, Placed, Route, Service, Volume } from './graph.ts'
import { copiesWords, leadsWords, routeWords, whatWords } from './thing-words.ts'
import type { Box } from './threads.ts'

interface ThingViewProps<T> {
  thing: T
  box: Box
  isChosen: boolean
  mark: Mark | undefined
}

/** How one thing looks. The list beside the canvas says the same in words. */
export function ThingView(props: ThingViewProps<Placed>) {
  const { thing } = props
  switch (thing.kind) {
    case 'service':
      return <ServiceView {...props} thing={thing} />
    case 'volume':
      return <VolumeView {...props} thing={thing} />
    case 'route':
      return <RouteView {...props} thing={thing} />
    case 'elsewhere':
      return <ElsewhereView {...props} thing={thing} />
  }
}

function Frame(props: ThingViewProps<Placed> & { children: ReactNode }) {
  const { thing, box, isChosen, mark } = props
  return (
    <div
      className={`canvas-thing canvas-${thing.kind}`}
      data-thing={thing.key}
      data-chosen={isChosen || undefined}
      data-marked={mark}
      style={{
        width: box.width,
        height: box.height,
        transform: `translate(${box.x - box.width / 2}px, ${box.y - box.height / 2}px)`,
      }}
    >
      {props.children}
      {mark && (
        <span className="canvas-mark">
          <Icon name="warning" size={15} />
        </span>
      )}
    </div>
  )
}

/** What is too long for its place is read by pointing at it, and in the list. */
function Name({ children }: { children: string }) {
  return <strong title={children}>{children}</strong>
}

function Detail({ children, isCode = false }: { children: string; isCode?: boolean }) {
  return (
    <span className={isCode ? 'canvas-what mono' : 'canvas-what'} title={children}>
      {children}
    </span>
  )
}

/** Copies that are drawn one by one. */
const DOTS_MAX = 8

function ServiceView(props: ThingViewProps<Service>) {
  const { t } = useText()
  const { thing } = props
  const isProgram = thing.what !== undefined && 'bundle' in thing.what
  const dots = typeof thing.copies === 'number' ? Math.min(DOTS_MAX, thing.copies) : 0
  return (
    <Frame {...props}>
      <span className="canvas-seed">
        <Icon name={isProgram ? 'spore' : 'box'} size={20} />
      </span>
      <span className="canvas-words">
        <Name>{thing.name || t('canvas.unnamed')}</Name>
        <Detail isCode>{whatWords(thing, t)}</Detail>
        <span className="canvas-copies">
          {Array.from({ length: dots }, (_, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: dots are alike.
            <i key={at} className="canvas-dot" />
          ))}
          <span>{copiesWords(thing, t)}</span>
        </span>
      </span>
      <span className="canvas-handle" data-handle="" />
    </Frame>
  )
}

/** Rings like those of a tuber: what is kept below the ground. */
function VolumeView(props: ThingViewProps<Volume>) {
  const { thing } = props
  const [place] = thing.mounted
  return (
    <Frame {...props}>
      <svg className="canvas-tuber" viewBox="0 0 40 30" aria-hidden="true">
        <ellipse cx="20" cy="15" rx="18.5" ry="13.5" />
        <ellipse cx="19" cy="16" rx="12.5" ry="8.8" />
        <ellipse cx="18.5" cy="16.5" rx="6.5" ry="4.2" />
      </svg>
      <Name>{thing.name}</Name>
      {place && <Detail isCode>{place.path}</Detail>}
    </Frame>
  )
}

/** A cap above the ground: what can be come to from outside. */
function RouteView(props: ThingViewProps<Route>) {
  const { t } = useText()
  const { thing } = props
  return (
    <Frame {...props}>
      <Name>{routeWords(thing, t)}</Name>
      <span className="canvas-leads">
        {thing.access !== 'public' && <Icon name="people" size={12} />}
        <Detail>{leadsWords(thing, t)}</Detail>
      </span>
      <svg className="canvas-cap" viewBox="0 0 52 22" aria-hidden="true">
        <path d="M2 17C4 7 13 1.500 26 1.500S48 7 50 17c-7 3.500-41 3.500-48 0Z" />
        <path d="M14 18.500 18 13M26 19.500V12.500M38 18.500 34 13" />
      </svg>
    </Frame>
  )
}

function ElsewhereView(props: ThingViewProps<Elsewhere>) {
  const { t } = useText()
  return (
    <Frame {...props}>
      <Name>{props.thing.name}</Name>
      <Detail>{t('canvas.kind.elsewhere')}</Detail>
    </Frame>
  )
}

/** In the middle of its thread: the name that leads there. */
export function LinkTag(props: {
  link: Link
  middle: { x: number; y: number }
  isChosen: boolean
  mark: Mark | undefined
}) {
  const { link, middle, isChosen, mark } = props
  return (
    <span
      className="canvas-tag"
      data-thing={link.key}
      data-chosen={isChosen || undefined}
      data-marked={mark}
      style={{ transform: `translate(${middle.x}px, ${middle.y}px) translate(-50%, -50%)` }}
    >
      <Icon name={mark ? 'warning' : 'link'} size={12} />
      {link.variables[0]?.name ?? link.as}
    </span>
  )
}
