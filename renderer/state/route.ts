import { createStore, type StoreApi } from 'zustand/vanilla'

/** Every place in the window. It lives in the address, so that back and reload work. */
export type Route =
  | { at: 'network'; view: NetworkView; node?: string }
  | { at: 'workloads' }
  | { at: 'workload'; name: string; tab: WorkloadTab }
  | { at: 'deploy'; way?: DeployWay }
  | { at: 'computer' }
  /** An address that leads nowhere: as it was typed. */
  | { at: 'nowhere'; address: string }

export const NETWORK_VIEWS = ['map', 'list', 'people', 'proposals', 'registry'] as const
type NetworkView = (typeof NETWORK_VIEWS)[number]

export const WORKLOAD_TABS = [
  'instances',
  'runs',
  'rules',
  'logs',
  'shell',
  'requests',
  'data',
  'versions',
  'secrets',
  'placement',
] as const
export type WorkloadTab = (typeof WORKLOAD_TABS)[number]

/** The ways to a draft, in the order in which they are shown. */
export const DEPLOY_WAYS = ['catalogue', 'canvas', 'manifest'] as const
export type DeployWay = (typeof DEPLOY_WAYS)[number]

export interface RouteStore {
  store: StoreApi<Route>
  go(route: Route): void
}

export function parseRoute(hash: string): Route {
  const [at, second, third] = hash.replace(/^#\/?/, '').split('/').map(decodeURIComponentSafely)
  switch (at) {
    case 'workloads':
      return { at: 'workloads' }
    case 'workload':
      if (!second) return { at: 'workloads' }
      return {
        at: 'workload',
        name: second,
        tab: WORKLOAD_TABS.find((tab) => tab === third) ?? 'instances',
      }
    case 'deploy': {
      const way = DEPLOY_WAYS.find((each) => each === second)
      return { at: 'deploy', ...(way && { way }) }
    }
    case 'computer':
      return { at: 'computer' }
    case undefined:
    case '':
    case 'network': {
      const view = NETWORK_VIEWS.find((each) => each === second) ?? 'map'
      return third ? { at: 'network', view, node: third } : { at: 'network', view }
    }
    default:
      return { at: 'nowhere', address: hash }
  }
}

export function formatRoute(route: Route): string {
  switch (route.at) {
    case 'network':
      return `#/network/${route.view}${route.node ? `/${encodeURIComponent(route.node)}` : ''}`
    case 'workload':
      return `#/workload/${encodeURIComponent(route.name)}/${route.tab}`
    case 'deploy':
      return route.way ? `#/deploy/${route.way}` : '#/deploy'
    case 'nowhere':
      return route.address
    default:
      return `#/${route.at}`
  }
}

/** The part of `window` that addresses live in. */
export interface RouteHost {
  location: { hash: string }
  addEventListener(type: 'hashchange', listener: () => void): void
}

export function createRoute(host: RouteHost): RouteStore {
  const store = createStore<Route>(() => parseRoute(host.location.hash))
  host.addEventListener('hashchange', () => store.setState(parseRoute(host.location.hash), true))
  return {
    store,
    go(route) {
      host.location.hash = formatRoute(route)
      store.setState(route, true)
    },
  }
}

/** A hash a person typed may be no valid encoding. */
function decodeURIComponentSafely(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
