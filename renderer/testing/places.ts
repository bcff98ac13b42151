import {
  DEPLOY_WAYS,
  formatRoute,
  NETWORK_VIEWS,
  parseRoute,
  type Route,
  WORKLOAD_TABS,
} from '../state/route.ts'

const SOME = 'some'

/** Every place of the window, with one node and one workload for all. */
const ROUTES: { [At in Route['at']]: readonly Extract<Route, { at: At }>[] } = {
  network: [
    ...NETWORK_VIEWS.map((view) => ({ at: 'network' as const, view })),
    { at: 'network', view: 'map', node: SOME },
    { at: 'network', view: 'list', node: SOME },
  ],
  workloads: [{ at: 'workloads' }],
  workload: WORKLOAD_TABS.map((tab) => ({ at: 'workload' as const, name: SOME, tab })),
  deploy: [{ at: 'deploy' }, ...DEPLOY_WAYS.map((way) => ({ at: 'deploy' as const, way }))],
  computer: [{ at: 'computer' }],
  nowhere: [{ at: 'nowhere', address: `#/${SOME}` }],
}

export const EVERY_PLACE: readonly string[] = Object.values(ROUTES).flat().map(formatRoute)

/** Which of these an address leads to. */
export function placeOf(address: string): string {
  const route = parseRoute(address)
  if (route.at === 'workload') return formatRoute({ ...route, name: SOME })
  if (route.at === 'network' && route.node) return formatRoute({ ...route, node: SOME })
  if (route.at === 'nowhere') return formatRoute({ ...route, address: `#/${SOME}` })
  return formatRoute(route)
}
