import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { nameOf } from '../draft/index.ts'
import type { Bodies } from './bodies.ts'
import { webPort } from './ports.ts'
import { hostsIn, type Variable, variablesOf } from './variables.ts'

/** The same thing has the same key for as long as it is on the canvas. */
export type ThingKey = string & { readonly brand: 'ThingKey' }

interface Common {
  key: ThingKey
  /** Which workload of the draft it belongs to. */
  index: number
  name: string
}

export interface Service extends Common {
  kind: 'service'
  /** An image, the digest of a bundle, or nothing that the canvas can read. */
  what: { image: string; more: number } | { bundle: string } | undefined
  copies: number | { least: number; most: number } | 'job'
}

export interface Mounted {
  part: number
  mount: number
  path: string
  readOnly: boolean
}

export interface Volume extends Common {
  kind: 'volume'
  volume: number
  size: string | number | undefined
  mounted: Mounted[]
}

/** `web`: by host name at the edge; a number: the place in `edge.tcp`. */
export interface Route extends Common {
  kind: 'route'
  route: 'web' | number
  /** At the edge, of a TCP route. */
  port: number | undefined
  /** A program is given one. */
  containerPort: number | undefined
  access: 'public' | 'members' | 'owners'
}

/** A workload that is used and not written here: it runs already, or nowhere. */
export interface Elsewhere extends Omit<Common, 'index'> {
  kind: 'elsewhere'
}

export interface Link extends Common {
  kind: 'link'
  /** The place in `uses`; none where a variable names the other and nothing lets it be found. */
  use: number | undefined
  /** The host name that it has there; `name` is the workload's. */
  as: string
  to: ThingKey
  from: ThingKey
  variables: Variable[]
}

export type Placed = Service | Volume | Route | Elsewhere
export type Thing = Placed | Link

export interface Graph {
  services: Service[]
  volumes: Volume[]
  routes: Route[]
  elsewhere: Elsewhere[]
  links: Link[]
  byKey: ReadonlyMap<ThingKey, Thing>
}

const keyOf = (...words: (string | number)[]): ThingKey => words.join('/') as ThingKey

/** `ids`: of the workloads, in their order. */
export function buildGraph(bodies: Bodies, ids: readonly string[]): Graph {
  const idAt = (index: number): string => ids[index] ?? String(index)
  const services = bodies.map((body, index) => serviceOf(body, index, keyOf(idAt(index))))
  const volumes = bodies.flatMap((body, index) => volumesOf(body, index, idAt(index)))
  const routes = bodies.flatMap((body, index) => routesOf(body, index, idAt(index)))
  const links = bodies.flatMap((body, index) => linksOf(body, services[index], services))
  const elsewhere = elsewhereOf(links, services)
  const all: Thing[] = [...services, ...volumes, ...routes, ...elsewhere, ...links]
  const byKey = new Map(all.map((thing) => [thing.key, thing]))
  return { services, volumes, routes, elsewhere, links, byKey }
}

/** The service that a thing belongs to. */
export function ownerOf(graph: Graph, thing: Thing): Service | undefined {
  return thing.kind === 'elsewhere' ? undefined : graph.services[thing.index]
}

function serviceOf(body: DeployInput, index: number, key: ThingKey): Service {
  const { containers = [], bundle, replicas = 1, autoscale, job } = body
  const [first] = containers
  const what = first
    ? { image: first.image, more: containers.length - 1 }
    : bundle === undefined
      ? undefined
      : { bundle }
  const copies = job
    ? ('job' as const)
    : autoscale
      ? { least: autoscale.min ?? 1, most: autoscale.max ?? autoscale.min ?? 1 }
      : replicas
  return { kind: 'service', key, index, name: nameOf(body), what, copies }
}

function volumesOf(body: DeployInput, index: number, id: string): Volume[] {
  return (body.volumes ?? []).map(({ name, size }, volume) => ({
    ...{ kind: 'volume', key: keyOf(id, 'volume', volume), index, volume, name, size },
    mounted: (body.containers ?? []).flatMap(({ mounts = [] }, part) =>
      mounts.flatMap(({ volume: mounted, path, readOnly = false }, mount) =>
        mounted === name ? [{ part, mount, path, readOnly }] : [],
      ),
    ),
  }))
}

/** A job serves nobody; a program is given its port, and always served. */
function routesOf(body: DeployInput, index: number, id: string): Route[] {
  if (body.job) return []
  const { access: asked = 'public', tcp = [] } = body.edge ?? {}
  const access: Route['access'] = typeof asked === 'string' ? asked : 'owners'
  const shared = { kind: 'route' as const, index, name: nameOf(body), access }
  const web = webPort(body)
  const isServed = web !== undefined || body.bundle !== undefined
  const byName: Route = {
    ...{ ...shared, key: keyOf(id, 'route', 'web'), route: 'web' },
    ...{ port: undefined, containerPort: web?.containerPort },
  }
  const byPort = tcp.map(({ port, containerPort }, route): Route => {
    return { ...shared, key: keyOf(id, 'route', route), route, port, containerPort }
  })
  return isServed ? [byName, ...byPort] : byPort
}

function linksOf(body: DeployInput, user: Service | undefined, services: Service[]): Link[] {
  if (!user) return []
  const variables = variablesOf(body).map((variable) => ({ variable, hosts: hostsIn(variable) }))
  const naming = (host: string) =>
    variables.filter(({ hosts }) => hosts.has(host)).map(({ variable }) => variable)
  const link = (name: string, as: string, use: number | undefined, again: boolean): Link => ({
    ...{ kind: 'link', key: keyOf(user.key, 'link', as, ...(again ? [use ?? 0] : [])) },
    index: user.index,
    ...{ name, as, use, from: user.key, variables: naming(as) },
    to: services.find((one) => one.name === name)?.key ?? keyOf('elsewhere', name),
  })
  const hosts = usesOf(body)
  const used = hosts.map(({ name, as }, use) =>
    link(name, as, use, hosts.findIndex((one) => one.as === as) < use),
  )
  const named = services
    .filter(({ key, name }) => key !== user.key && !used.some(({ as }) => as === name))
    .filter(({ name }) => name !== '' && naming(name).length > 0)
    .map(({ name }) => link(name, name, undefined, false))
  return [...used, ...named]
}

/** What it finds under which host name. */
export function usesOf({ uses = [] }: DeployInput): { name: string; as: string }[] {
  return uses.map((one) => {
    const { name, as = name } = typeof one === 'string' ? { name: one } : one
    return { name, as }
  })
}

function elsewhereOf(links: readonly Link[], services: readonly Service[]): Elsewhere[] {
  const here = new Set(services.map(({ key }) => key))
  const names = new Map(links.filter(({ to }) => !here.has(to)).map(({ to, name }) => [to, name]))
  return [...names].map(([key, name]) => ({ kind: 'elsewhere', key, name }))
}
