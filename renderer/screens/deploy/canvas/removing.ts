import type { Bodies } from './bodies.ts'
import type { Thing } from './graph.ts'
import { removeLink } from './link-edits.ts'
import { removeRoute } from './route-edits.ts'
import { removeService } from './service-edits.ts'
import { removeVolume } from './volume-edits.ts'

/** The draft without it. What is not written here cannot be taken away here. */
export function removeThing(bodies: Bodies, thing: Thing): Bodies {
  switch (thing.kind) {
    case 'service':
      return removeService(bodies, thing.index)
    case 'volume':
      return removeVolume(bodies, thing.index, thing.volume)
    case 'route':
      return removeRoute(bodies, thing.index, thing.route)
    case 'link':
      return removeLink(bodies, thing)
    case 'elsewhere':
      return bodies
  }
}

/** By its name a program is always reached. */
export function canGo(thing: Thing): boolean {
  if (thing.kind === 'route') return thing.route !== 'web' || thing.containerPort !== undefined
  return thing.kind !== 'elsewhere'
}
