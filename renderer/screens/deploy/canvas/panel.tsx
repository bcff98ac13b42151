import type { Ref } from 'react'
import { Button } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import type { Piece } from './asking.ts'
import type { Bodies } from './bodies.ts'
import type { Finding } from './findings.ts'
import type { Graph, Thing } from './graph.ts'
import { ElsewherePanel, LinkPanel } from './link-panel.tsx'
import { canGo } from './removing.ts'
import { RoutePanel } from './route-panel.tsx'
import { ServicePanel } from './service-panel.tsx'
import { thingWords } from './thing-words.ts'
import { VolumePanel } from './volume-panel.tsx'

export interface PanelProps<T> {
  thing: T
  bodies: Bodies
  /** Workloads of the network, by name. */
  running: readonly string[]
  /** What the node says of a field whose path is like that. */
  problemAt: (path: RegExp) => string | undefined
  /** Changes of one stroke in a row are one step back. */
  onEdit: (to: (now: Bodies) => Bodies, stroke?: string) => void
  onRename: (index: number, name: string) => void
}

/** These are said where the field is. */
const AT_A_FIELD = new RegExp(
  [
    /^(replicas|bundle|env|health)|^volumes\.\d+\.size|^containers\.\d+\.(image|env)/,
    /^(containers\.\d+\.)?(resources\.(cpu|memory)$|probes\.(startup|live|ready))/,
  ]
    .map(({ source }) => source)
    .join('|'),
)

/** The fields of what is chosen. */
export function Panel(
  props: Omit<PanelProps<Thing>, 'problemAt'> & {
    graph: Graph
    findings: readonly Finding[]
    ref: Ref<HTMLElement>
    onPiece: (piece: Piece) => void
    onRemove: () => void
  },
) {
  const { thing, graph, findings } = props
  const { t } = useText()
  const name = thingWords(graph, thing, t)
  const problemAt = (path: RegExp) => findings.find((one) => path.test(one.path))?.message
  return (
    <section ref={props.ref} className="canvas-panel" tabIndex={-1} aria-label={name}>
      <header className="canvas-panel-head">
        <div>
          <p className="quiet small">{t(`canvas.kind.${thing.kind}`)}</p>
          <h2>{name}</h2>
        </div>
        {thing.kind !== 'elsewhere' && canGo(thing) && (
          <Button icon="trash" onPress={props.onRemove}>
            {t('canvas.remove')}
          </Button>
        )}
      </header>
      {findings
        .filter(({ path }) => !AT_A_FIELD.test(path))
        .map(({ path, message, tone }) => (
          <p
            key={`${path} ${message}`}
            className="canvas-finding"
            data-tone={tone}
            role={tone === 'bad' ? 'alert' : 'status'}
          >
            {message}
          </p>
        ))}
      <Fields key={thing.key} {...props} problemAt={problemAt} />
      {thing.kind === 'service' && (
        <div className="canvas-acts">
          <ServiceActs {...props} thing={thing} />
        </div>
      )}
      {thing.kind === 'service' && <p className="quiet small">{t('canvas.removeService')}</p>}
    </section>
  )
}

function ServiceActs(props: {
  thing: Thing & { kind: 'service' }
  bodies: Bodies
  onPiece: (piece: Piece) => void
}) {
  const { t } = useText()
  const { containers, job } = props.bodies[props.thing.index] ?? {}
  return (
    <>
      {containers && (
        <Button icon="disk" onPress={() => props.onPiece('volume')}>
          {t('canvas.addVolume')}
        </Button>
      )}
      {!job && (
        <Button icon="cap" onPress={() => props.onPiece('route')}>
          {t('canvas.addRoute')}
        </Button>
      )}
      <Button icon="link" onPress={() => props.onPiece('link')}>
        {t('canvas.addLink')}
      </Button>
    </>
  )
}

function Fields({ thing, ...rest }: PanelProps<Thing>) {
  switch (thing.kind) {
    case 'service':
      return <ServicePanel thing={thing} {...rest} />
    case 'volume':
      return <VolumePanel thing={thing} {...rest} />
    case 'route':
      return <RoutePanel thing={thing} {...rest} />
    case 'link':
      return <LinkPanel thing={thing} {...rest} />
    case 'elsewhere':
      return <ElsewherePanel thing={thing} {...rest} />
  }
}
