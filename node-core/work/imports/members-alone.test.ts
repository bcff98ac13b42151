/** What nobody published where it comes from is for members alone at the edge. */
import { describe, expect, test } from 'vitest'
import { importText } from './index.ts'

function reachOf(text: string) {
  const { workloads, report } = importText({ text })
  expect(report.filter(({ verdict }) => verdict === 'refused')).toEqual([])
  return workloads.map(({ name, edge }) => {
    const said = report.filter((one) => one.code === 'members-alone' && one.workload === name)
    expect(said).toHaveLength(edge?.access === 'members' ? 1 : 0)
    return [name, edge?.access]
  })
}

const compose = (service: string) =>
  reachOf(`services:\n  api: { image: "a:1", ${service} }\n`)[0]?.[1]

describe('of a compose service', () => {
  test.each([
    ['expose: ["8080"]', 'exposed to other services'],
    ['ports: ["127.0.0.1:8080:80"]', 'published on loopback'],
    ['ports: ["127.0.0.1::80"]', 'published on any port of loopback'],
    ['ports: ["[::1]:8080:80"]', 'published on loopback of IPv6'],
    ['ports: [{ target: 80, published: 8080, host_ip: 127.0.0.1 }]', 'in the long form'],
    ['ports: ["53:53/udp"], expose: ["8080"]', 'what is published is UDP alone'],
  ])('%s: for members (%s)', (service) => {
    expect(compose(service)).toBe('members')
  })

  test.each([
    ['ports: ["80"]', 'on any port'],
    ['ports: ["8080:80"]', 'on all addresses'],
    ['ports: ["192.168.1.5:8080:80"]', 'to the network at home'],
    ['ports: [{ target: 80, published: 8080 }]', 'in the long form'],
    ['ports: ["127.0.0.1:8443:443", "8080:80"], expose: ["9090"]', 'one of several'],
    ['ports: ["53:53/udp"]', 'no port that the edge leads to'],
    ['restart: always', 'what its image alone says it listens on'],
  ])('%s: as it is otherwise (%s)', (service) => {
    expect(compose(service)).toBeUndefined()
  })
})

test.each([
  ['-p 127.0.0.1:8080:80', 'members'],
  ['--expose 80', 'members'],
  ['--expose 80 -p 8080:80', undefined],
  ['--expose 80 -P', undefined],
  ['--expose 80 --publish-all=false', 'members'],
])('docker run %s: %s', (flags, access) => {
  expect(reachOf(`docker run --name api ${flags} a:1`)).toEqual([['api', access]])
})

describe('of a pod of Kubernetes', () => {
  const pod = (port = '') => `---
apiVersion: v1
kind: Pod
metadata: { name: api, labels: { app: api } }
spec: { containers: [{ name: c, image: "a:1", ports: [{ containerPort: 80${port} }] }] }
`
  const service = (spec = '', port = '') => `---
apiVersion: v1
kind: Service
metadata: { name: front }
spec: { selector: { app: api }, ports: [{ port: 80${port} }]${spec} }
`
  const ingress = (spec: string, namespace = 'default') => `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: site, namespace: ${namespace} }
spec: ${spec}
`
  const toFront = '{ rules: [{ http: { paths: [{ backend: { service: { name: front } } }] } }] }'

  const route = (spec: string, kind = 'HTTPRoute') => `---
apiVersion: gateway.networking.k8s.io/v1
kind: ${kind}
metadata: { name: site }
spec: ${spec}
`
  const rules = (more = '') => `rules: [{ backendRefs: [{ name: front, port: 80${more} }] }]`
  const gateway = 'parentRefs: [{ name: gate }]'
  const traefik = '{ routes: [{ match: "Host(`a.b`)", services: [{ name: front, port: 80 }] }] }'

  test.each([
    ['no Service', pod()],
    ['a ClusterIP', pod() + service(', type: ClusterIP')],
    ['a Service without a type', pod() + service()],
    ['a port of loopback', pod(', hostPort: 8080, hostIP: 127.0.0.1')],
    ['an Ingress to another Service', pod() + service() + ingress(toFront.replace('front', 'it'))],
    ['an Ingress of another namespace', pod() + service() + ingress(toFront, 'other')],
    ['a route of no gateway', pod() + service() + route(`{ ${rules()} }`)],
    [
      'a route inside of the cluster',
      pod() + service() + route(`{ parentRefs: [{ kind: Service, name: front }], ${rules()} }`),
    ],
    [
      'a route to another namespace',
      pod() + service() + route(`{ ${gateway}, ${rules(', namespace: other')} }`),
    ],
    [
      'a route that leads nobody there',
      pod() + service() + route(`{ ${gateway}, ${rules(', weight: 0')} }`),
    ],
    ['a NodePort by UDP', pod() + service(', type: NodePort', ', protocol: UDP')],
  ])('%s: for members', (_, text) => {
    expect(reachOf(text)).toEqual([['api', 'members']])
  })

  test.each([
    ['a hostPort', pod(', hostPort: 8080')],
    ['a NodePort', pod() + service(', type: NodePort')],
    ['a LoadBalancer', pod() + service(', type: LoadBalancer')],
    ['addresses of its own', pod() + service(', externalIPs: [192.0.2.1]')],
    ['an Ingress', ingress(toFront) + pod() + service()],
    ['a route of a gateway', route(`{ ${gateway}, ${rules()} }`) + pod() + service()],
    ['one by TCP', pod() + service() + route(`{ ${gateway}, ${rules()} }`, 'TCPRoute')],
    ['a route of Traefik', pod() + service() + route(traefik, 'IngressRoute')],
    [
      'its default',
      pod() + service() + ingress('{ defaultBackend: { service: { name: front } } }'),
    ],
    ['the older form', pod() + service() + ingress('{ backend: { serviceName: front } }')],
  ])('%s: as it is otherwise', (_, text) => {
    expect(reachOf(text)).toEqual([['api', undefined]])
  })
})

test('a job is led to by nobody, and hears nothing of it', () => {
  const container = '{ name: c, image: "a:1", ports: [{ containerPort: 80 }] }'
  const job = `
apiVersion: batch/v1
kind: Job
metadata: { name: once }
spec: { template: { spec: { restartPolicy: Never, containers: [${container}] } } }
`
  expect(reachOf(job)).toEqual([['once', undefined]])
})
