import { describe, expect, it } from 'vitest'
import { formatRoute, parseRoute, type Route } from './route.ts'

const ROUTES: Route[] = [
  { at: 'network', view: 'map' },
  { at: 'network', view: 'list', node: 'ab/c d' },
  { at: 'network', view: 'people' },
  { at: 'network', view: 'registry' },
  { at: 'workloads' },
  { at: 'workload', name: 'web', tab: 'logs' },
  { at: 'deploy' },
  { at: 'deploy', way: 'canvas' },
  { at: 'deploy', way: 'manifest' },
  { at: 'computer' },
  { at: 'nowhere', address: '#/nonsense/%41' },
]

describe('routes', () => {
  it.each(ROUTES)('reads back what it wrote: %o', (route) => {
    expect(parseRoute(formatRoute(route))).toEqual(route)
  })

  it.each(['', '#', '#/', '#/network/%E0%A4%A'])('shows the map for %j', (hash) => {
    expect(parseRoute(hash)).toMatchObject({ at: 'network', view: 'map' })
  })

  it('shows all workloads where no name is given', () => {
    expect(parseRoute('#/workload')).toEqual({ at: 'workloads' })
  })
})
