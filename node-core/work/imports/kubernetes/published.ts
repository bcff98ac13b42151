/** Which workloads others than those of their cluster reach: by their Service, or what leads to it. */
import { notePublished } from '../members-alone.ts'
import { field, itemsOf, type Tree, textOf } from '../tree.ts'
import type { KubeObject } from './object.ts'
import { servicesLedTo } from './routes.ts'
import type { Kube } from './rule.ts'
import { selects } from './service-names.ts'

export function notePublishedServices(
  {
    services,
    ingresses,
    routes,
  }: Record<'services' | 'ingresses' | 'routes', readonly KubeObject[]>,
  workloads: readonly Kube[],
): void {
  const led = new Set([
    ...ingresses.flatMap(({ at, namespace }) => {
      return backendsOf(at).map((name) => `${namespace}/${name}`)
    }),
    ...routes.flatMap((one) => servicesLedTo(one).map((name) => `${one.namespace}/${name}`)),
  ])
  for (const { at, name, namespace } of services) {
    if (!isOpen(at) && !led.has(`${namespace}/${name}`)) continue
    const to = workloads.filter((one) => {
      return one.namespace === namespace && selects(at, one.podLabels)
    })
    for (const port of itemsOf(field(at, 'spec', 'ports'))) {
      const protocol = textOf(field(port, 'protocol'))?.toLowerCase()
      for (const { draft } of to) notePublished(draft, { protocol })
    }
  }
}

function isOpen(service: Tree): boolean {
  const type = textOf(field(service, 'spec', 'type'))
  const addresses = itemsOf(field(service, 'spec', 'externalIPs'))
  return type === 'NodePort' || type === 'LoadBalancer' || addresses.length > 0
}

/** Names of Services, in the form of today and in that of `v1beta1`. */
function backendsOf(ingress: Tree): string[] {
  const spec = field(ingress, 'spec')
  const paths = itemsOf(field(spec, 'rules')).flatMap((rule) =>
    itemsOf(field(rule, 'http', 'paths')),
  )
  const backends = [
    ...[field(spec, 'defaultBackend'), field(spec, 'backend')],
    ...paths.map((path) => field(path, 'backend')),
  ]
  return backends.flatMap((backend) => {
    return textOf(field(backend, 'service', 'name') ?? field(backend, 'serviceName')) ?? []
  })
}
