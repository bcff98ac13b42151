import { AddLink } from './add-link.tsx'
import { AddRoute } from './add-route.tsx'
import { AddService } from './add-service.tsx'
import { AddVolume } from './add-volume.tsx'
import type { Asking } from './asking.ts'
import type { Bodies } from './bodies.ts'
import type { Graph, Thing } from './graph.ts'
import { addLink } from './link-edits.ts'
import { addRoute } from './route-edits.ts'
import { addService } from './service-edits.ts'
import type { Arranged } from './use-arrangement.ts'
import { addVolume } from './volume-edits.ts'

/** The question that belongs to a piece; its answer is chosen on the canvas at once. */
export function WhatIsAsked(props: {
  asking: Asking
  bodies: Bodies
  running: readonly string[]
  onEdit: (to: (now: Bodies) => Bodies) => void
  expect: Arranged['expect']
  onClose: () => void
}) {
  const { asking, bodies, onClose } = props
  const add = (next: Bodies, find: (graph: Graph) => Thing | undefined): void => {
    props.expect(next, find, asking.at)
    props.onEdit(() => next)
  }
  switch (asking.piece) {
    case 'service':
      return (
        <AddService
          {...{ bodies, onClose }}
          onAdd={(body) => add(addService(bodies, body), ({ services }) => services.at(-1))}
        />
      )
    case 'volume':
      return (
        <AddVolume
          {...{ bodies, onClose }}
          service={asking.service}
          onAdd={(index, asked) =>
            add(addVolume(bodies, index, asked), ({ volumes }) =>
              volumes.filter((one) => one.index === index).at(-1),
            )
          }
        />
      )
    case 'route':
      return (
        <AddRoute
          {...{ bodies, onClose }}
          service={asking.service}
          onAdd={(index, asked) =>
            add(addRoute(bodies, index, asked), ({ routes }) =>
              routes.find((one) => one.index === index && one.port === asked.port),
            )
          }
        />
      )
    case 'link':
      return (
        <AddLink
          {...{ bodies, onClose }}
          running={props.running}
          from={asking.service}
          to={asking.to}
          onAdd={(from, asked) =>
            add(addLink(bodies, from, asked), ({ links }) =>
              links.find((one) => one.index === from && one.name === asked.name),
            )
          }
        />
      )
  }
}
