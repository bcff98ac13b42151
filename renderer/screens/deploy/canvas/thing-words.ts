import type { Text } from '../../../i18n/index.ts'
import { type Graph, ownerOf, type Route, type Service, type Thing } from './graph.ts'

/** What a thing is called where it is not drawn. */
export function thingWords(graph: Graph, thing: Thing, t: Text): string {
  const service = ownerOf(graph, thing)?.name || t('canvas.unnamed')
  switch (thing.kind) {
    case 'service':
      return service
    case 'elsewhere':
      return thing.name
    case 'volume':
      return t('canvas.of.volume', { name: thing.name, service })
    case 'route':
      return t('canvas.of.route', { name: routeWords(thing, t), service })
    case 'link':
      return t('canvas.of.link', { name: thing.name, service })
  }
}

export function whatWords({ what }: Service, t: Text): string {
  if (what === undefined) return t('canvas.nothing')
  if ('bundle' in what) return t('canvas.program')
  const { image, more } = what
  return more === 0 ? image : t('canvas.moreContainers', { image, count: more })
}

export function copiesWords({ copies }: Service, t: Text): string {
  if (copies === 'job') return t('canvas.job')
  if (typeof copies === 'number') return t('canvas.copies', { count: copies })
  return t('canvas.copiesNeeded', { ...copies })
}

export function routeWords({ name, port }: Route, t: Text): string {
  return port === undefined ? t('canvas.routeName', { name }) : t('canvas.routePort', { port })
}

export function leadsWords({ containerPort }: Route, t: Text): string {
  return containerPort === undefined
    ? t('canvas.leadsToProgram')
    : t('canvas.leadsTo', { port: containerPort })
}
