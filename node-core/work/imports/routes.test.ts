/** Routes of the Gateway API and of Traefik, told line by line. */
import { expect, test } from 'vitest'
import { importText } from './index.ts'
import { leavesOf, silentLeaves } from './testing/leaves.ts'

const TEXT = `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: site }
spec:
  parentRefs: [{ name: gate }]
  hostnames: [shop.example]
  rules:
    - matches: [{ path: { value: /api } }]
      filters: [{ type: RequestHeaderModifier }]
      backendRefs: [{ name: front, port: 80 }, { name: gone, port: 80 }]
---
apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata: { name: site }
spec:
  routes:
    - match: Host("shop.example")
      middlewares: [{ name: sign-in }]
      services: [{ name: front, port: 80 }, { name: api@internal, kind: TraefikService }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: gate }
---
apiVersion: traefik.io/v1alpha1
kind: Middleware
metadata: { name: sign-in }
spec: { basicAuth: { secret: users } }
---
apiVersion: v1
kind: Service
metadata: { name: front }
spec: { selector: { app: api }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: api, labels: { app: api } }
spec: { containers: [{ name: c, image: "a:1", ports: [{ containerPort: 80 }] }] }
`

test('say of each rule, filter and backend what is not taken', () => {
  const { report, workloads } = importText({ text: TEXT })
  expect(silentLeaves(leavesOf(TEXT, 'kubernetes'), report)).toEqual([])
  expect(workloads[0]).not.toHaveProperty('edge')
  const told = report.filter(({ path }) => /Route|Gateway|Middleware/.test(path))
  expect(
    told.filter(({ code }) => code !== 'kept').map(({ path, code }) => `${path} ${code}`),
  ).toEqual([
    'HTTPRoute/site.spec edge-names',
    'HTTPRoute/site.spec.rules.0 edge-names',
    'HTTPRoute/site.spec.rules.0.filters.0 no-filters',
    'HTTPRoute/site.spec.rules.0.backendRefs.1 not-used',
    'IngressRoute/site.spec edge-names',
    'IngressRoute/site.spec.routes.0 edge-names',
    'IngressRoute/site.spec.routes.0.middlewares.0 no-filters',
    'IngressRoute/site.spec.routes.0.services.1 not-used',
    'Gateway/gate edge-names',
    'Middleware/sign-in no-filters',
  ])
})
