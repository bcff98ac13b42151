import type { Point } from '../../../topology/index.ts'
import type { Mark } from './findings.ts'
import type { Graph, Link, Thing, ThingKey } from './graph.ts'
import { type Box, hairs, stemStrands, threadBetween } from './threads.ts'

interface ThreadLinesProps {
  graph: Graph
  boxes: ReadonlyMap<ThingKey, Box>
  chosen: Thing | undefined
  markOf: (thing: Thing) => Mark | undefined
  /** One that is being drawn out of a service. */
  loose: { from: ThingKey; to: Point } | undefined
}

/** Everything that is a line: filaments around services, stems, and the threads of links. */
export function ThreadLines({ graph, boxes, chosen, markOf, loose }: ThreadLinesProps) {
  const looseFrom = loose && boxes.get(loose.from)
  return (
    <svg className="canvas-lines" aria-hidden="true">
      {graph.services.map(({ key }) => {
        const box = boxes.get(key)
        return box && <path key={key} className="canvas-hairs" d={hairs(key, box)} />
      })}
      {[...graph.routes, ...graph.volumes].map(({ key, index }) => {
        const owner = graph.services[index]
        const [from, to] = [owner && boxes.get(owner.key), boxes.get(key)]
        if (!owner || !from || !to) return null
        const isChosen = chosen?.key === key || chosen?.key === owner.key
        return <Strands key={key} name={key} from={from} to={to} isChosen={isChosen} />
      })}
      {graph.links.map((link) => {
        const [from, to] = [boxes.get(link.from), boxes.get(link.to)]
        const isChosen = [link.key, link.from, link.to].some((key) => key === chosen?.key)
        const mark = markOf(link)
        return from && to && <LinkThread key={link.key} {...{ link, from, to, isChosen, mark }} />
      })}
      {loose && looseFrom && (
        <Strands name="loose" from={looseFrom} to={{ ...loose.to, width: 0, height: 0 }} isChosen />
      )}
    </svg>
  )
}

function Strands(props: { name: string; from: Box; to: Box; isChosen: boolean }) {
  const strands = stemStrands(props.name, props.from, props.to)
  return (
    <g className="canvas-thread" data-chosen={props.isChosen || undefined}>
      {strands.map((strand, at) => (
        <path
          // biome-ignore lint/suspicious/noArrayIndexKey: a strand is the same one wherever it runs.
          key={at}
          className={at === 0 ? 'canvas-strand' : 'canvas-strand canvas-strand-fine'}
          d={strand}
          pathLength={1}
        />
      ))}
    </g>
  )
}

function LinkThread(props: {
  link: Link
  from: Box
  to: Box
  isChosen: boolean
  mark: Mark | undefined
}) {
  const { link, from, to, isChosen, mark } = props
  const { strands, end } = threadBetween(link.key, from, to)
  const [main = ''] = strands
  const isLoose = link.use === undefined
  return (
    <g
      className="canvas-thread canvas-thread-link"
      data-chosen={isChosen || undefined}
      data-loose={isLoose || undefined}
      data-marked={mark}
    >
      <path className="canvas-thread-reach" data-thing={link.key} d={main} />
      {(isLoose ? [main] : strands).map((strand, at) => (
        <path
          // biome-ignore lint/suspicious/noArrayIndexKey: a strand is the same one wherever it runs.
          key={at}
          className={at === 0 ? 'canvas-strand' : 'canvas-strand canvas-strand-fine'}
          d={strand}
          {...(isLoose ? {} : { pathLength: 1 })}
        />
      ))}
      {isChosen && !isLoose && <path className="canvas-pulse" d={main} pathLength={1} />}
      <circle className="canvas-tip" cx={end.x} cy={end.y} r={3.5} />
    </g>
  )
}
