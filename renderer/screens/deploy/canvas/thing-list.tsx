import { ListBox, ListBoxItem } from 'react-aria-components'
import { Icon, type IconName } from '../../../design/index.ts'
import { type Text, useText } from '../../../i18n/index.ts'
import type { Mark } from './findings.ts'
import type { Graph, Thing, ThingKey } from './graph.ts'
import { PIECE_ICON } from './pieces.tsx'
import { copiesWords, leadsWords, thingWords, whatWords } from './thing-words.ts'

interface ThingListProps {
  graph: Graph
  chosen: Thing | undefined
  markOf: (thing: Thing) => Mark | undefined
  onChoose: (key: ThingKey | undefined) => void
  onRemove: () => void
}

/** What is on the canvas, in words, each service with what belongs to it. */
export function ThingList({ graph, chosen, markOf, onChoose, onRemove }: ThingListProps) {
  const { t } = useText()
  const things = inOrder(graph)
  if (things.length === 0) return null
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the list within has the focus and the keys.
    <div
      onKeyDown={(event) => {
        if (event.key !== 'Delete' || !chosen) return
        event.preventDefault()
        onRemove()
      }}
    >
      <ListBox
        aria-label={t('canvas.list')}
        className="canvas-list"
        selectionMode="single"
        selectionBehavior="replace"
        selectedKeys={chosen ? [chosen.key] : []}
        onSelectionChange={(keys) => {
          const [key] = keys === 'all' ? [] : keys
          onChoose(things.find((thing) => thing.key === key)?.key)
        }}
      >
        {things.map((thing) => (
          <ListBoxItem
            key={thing.key}
            id={thing.key}
            className="canvas-list-item"
            data-mark={markOf(thing)}
            textValue={`${thingWords(graph, thing, t)}, ${t(`canvas.kind.${thing.kind}`)}`}
            data-inner={thing.kind === 'service' || thing.kind === 'elsewhere' ? undefined : ''}
          >
            <Icon name={markOf(thing) ? 'warning' : iconOf(thing)} size={15} />
            <span className="canvas-list-words">
              <span>{thingWords(graph, thing, t)}</span>
              <span className="quiet small">{detailOf(thing, t)}</span>
            </span>
          </ListBoxItem>
        ))}
      </ListBox>
    </div>
  )
}

function inOrder(graph: Graph): Thing[] {
  const own = <T extends { index: number }>(things: readonly T[], index: number): T[] =>
    things.filter((thing) => thing.index === index)
  return [
    ...graph.services.flatMap((service) => [
      service,
      ...own(graph.routes, service.index),
      ...own(graph.volumes, service.index),
      ...own(graph.links, service.index),
    ]),
    ...graph.elsewhere,
  ]
}

function iconOf(thing: Thing): IconName {
  return thing.kind === 'elsewhere' ? 'external' : PIECE_ICON[thing.kind]
}

function detailOf(thing: Thing, t: Text): string {
  switch (thing.kind) {
    case 'service':
      return `${whatWords(thing, t)}, ${copiesWords(thing, t)}`
    case 'volume':
      return thing.mounted.map(({ path }) => path).join(', ') || t('canvas.noPlaces')
    case 'route':
      return leadsWords(thing, t)
    case 'link':
      return thing.variables.map(({ name }) => name).join(', ') || t('canvas.noVariables')
    case 'elsewhere':
      return t('canvas.kind.elsewhere')
  }
}
