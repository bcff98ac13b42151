/** The edge leads to the first port: what was published goes before what is exposed. */
import { describe, expect, test } from 'vitest'
import { importText } from './index.ts'

test.each([
  'services:\n  api: { image: "a:1", expose: [9000], ports: ["80:80", "81:81"] }\n',
  'services:\n  api: { image: "a:1", ports: ["127.0.0.1:9000:9000", "80:80", "81:81"] }\n',
  'docker run --name api --expose 9000 -p 80:80 -p 81:81 a:1',
])('%s', (text) => {
  const ports = importText({ text }).workloads[0]?.containers[0]?.ports ?? []
  expect(ports.map(({ containerPort }) => containerPort)).toEqual([80, 81, 9000])
})

describe('of a pod of Kubernetes with several containers', () => {
  const port = (number: number, name: string) => `{ containerPort: ${number}, name: ${name} }`
  const pod = `---
apiVersion: v1
kind: Pod
metadata: { name: site, labels: { app: site } }
spec:
  containers:
    - { name: agent, image: "a:1", ports: [${port(9000, 'admin')}] }
    - { name: web, image: "b:1", ports: [${port(9100, 'metrics')}, ${port(80, 'http')}] }
`
  const service = (spec: string) => `---
apiVersion: v1
kind: Service
metadata: { name: front }
spec: { selector: { app: site }, ${spec} }
`
  const ingress = (backend: string) => `---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: way }
spec: { defaultBackend: ${backend} }
`
  const two = 'ports: [{ name: m, port: 91, targetPort: 9100 }, { port: 443, targetPort: http }]'
  const portsOf = (text: string) => {
    const parts = importText({ text }).workloads[0]?.containers ?? []
    return parts.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort))
  }

  test.each([
    ['a LoadBalancer', service('type: LoadBalancer, ports: [{ port: 80 }]')],
    ['a NodePort by its name', service('type: NodePort, ports: [{ port: 1, targetPort: http }]')],
    ['an Ingress', service('ports: [{ port: 80 }]') + ingress('{ service: { name: front } }')],
    [
      'one port of a Service, by an Ingress that says its number',
      service(two) + ingress('{ service: { name: front, port: { number: 443 } } }'),
    ],
    [
      'the same in the older form',
      service(two) + ingress('{ serviceName: front, servicePort: 443 }'),
    ],
    [
      'by its name, before one that only the cluster reaches',
      service('ports: [{ name: m, port: 91, targetPort: 9000 }, { name: w, port: 80 }]') +
        ingress('{ service: { name: front, port: { name: w } } }'),
    ],
  ])('%s', (_, published) => {
    expect(portsOf(pod + published)).toEqual([80, 9100, 9000])
  })

  test('a port of the computer', () => {
    const text = pod.replace('name: http', 'name: http, hostPort: 8080')
    expect(portsOf(text)).toEqual([80, 9100, 9000])
  })

  test('a port that the Service alone names stays with the first container', () => {
    const published = service('type: NodePort, ports: [{ port: 8443 }]')
    expect(portsOf(pod + published)).toEqual([8443, 9000, 9100, 80])
  })

  test('in their order where nothing is published', () => {
    expect(portsOf(pod + service('ports: [{ port: 80 }]'))).toEqual([9000, 9100, 80])
  })

  test('an Ingress to a port that its Service has not publishes none', () => {
    const to = '{ service: { name: front, port: { number: 8 } } }'
    const text = pod + service('ports: [{ port: 80 }]') + ingress(to)
    expect(portsOf(text)).toEqual([9000, 9100, 80])
    expect(importText({ text }).workloads[0]?.edge).toEqual({ access: 'members' })
  })
})
