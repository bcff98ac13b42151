/** Which workloads others than those of their cluster reach: by their Service, or what leads to it. */
import { publishPort } from '../draft.ts'
import { notePublished } from '../members-alone.ts'
import { field, itemsOf, type Tree, textOf } from '../tree.ts'
import type { KubeObject } from './object.ts'
import { type Backend, backendsLedTo, ROUTES } from './routes.ts'
import type { Kube } from './rule.ts'
import { selects } from './service-names.ts'
import { containerPortOf } from './services.ts'

/** Once the ports of Services are among those of their workloads. */
export function notePublishedServices(
  {
    services,
    ingresses,
    routes,
  }: Record<'services' | 'ingresses' | 'routes', readonly KubeObject[]>,
  workloads: readonly Kube[],
): void {
  const led = Map.groupBy(
    [...ingresses, ...routes].flatMap((one) => {
      const backends = ROUTES.includes(one.kind) ? backendsLedTo(one) : backendsOf(one.at)
      return backends.map((backend) => ({
        ...backend,
        service: `${one.namespace}/${backend.name}`,
      }))
    }),
    ({ service }) => service,
  )
  for (const { at, name, namespace } of services) {
    const backends = led.get(`${namespace}/${name}`) ?? []
    const to = workloads.filter((one) => {
      return one.namespace === namespace && selects(at, one.podLabels)
    })
    for (const port of itemsOf(field(at, 'spec', 'ports'))) {
      if (!isOpen(at) && !backends.some((backend) => isMeant(backend, port))) continue
      for (const kube of to) publish(kube, port)
    }
  }
}

function publish(kube: Kube, port: Tree): void {
  const protocol = textOf(field(port, 'protocol'))?.toLowerCase()
  if (!notePublished(kube.draft, { protocol })) return
  const containerPort = containerPortOf(port, kube)
  const part = kube.draft.parts.find(({ ports }) =>
    ports.some((one) => one.containerPort === containerPort && (one.protocol ?? 'tcp') === 'tcp'),
  )
  if (part && containerPort !== undefined) publishPort(part, containerPort)
}

function isOpen(service: Tree): boolean {
  const type = textOf(field(service, 'spec', 'type'))
  const addresses = itemsOf(field(service, 'spec', 'externalIPs'))
  return type === 'NodePort' || type === 'LoadBalancer' || addresses.length > 0
}

function isMeant(backend: Backend, port: Tree): boolean {
  if (backend.port === undefined) return true
  return [textOf(field(port, 'port')), textOf(field(port, 'name'))].includes(backend.port)
}

/** In the form of today and in that of `v1beta1`. */
function backendsOf(ingress: Tree): Backend[] {
  const spec = field(ingress, 'spec')
  const paths = itemsOf(field(spec, 'rules')).flatMap((rule) =>
    itemsOf(field(rule, 'http', 'paths')),
  )
  const backends = [
    ...[field(spec, 'defaultBackend'), field(spec, 'backend')],
    ...paths.map((path) => field(path, 'backend')),
  ]
  return backends.flatMap((backend): Backend[] => {
    const name = textOf(field(backend, 'service', 'name') ?? field(backend, 'serviceName'))
    const port = field(backend, 'service', 'port')
    const said = field(port, 'number') ?? field(port, 'name') ?? field(backend, 'servicePort')
    return name === undefined ? [] : [{ name, port: textOf(said) }]
  })
}
