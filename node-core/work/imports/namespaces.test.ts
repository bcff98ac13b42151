/** Objects of one text that are in different namespaces: they do not find each other, and are told why. */
import { expect, test } from 'vitest'
import { importText } from './index.ts'

const text = (namespace: string) => `
apiVersion: v1
kind: Pod
metadata: { name: web, namespace: front, labels: { app: web } }
spec:
  containers:
    - name: web
      image: web:1
      env:
        - { name: MODE, valueFrom: { configMapKeyRef: { name: site, key: mode } } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: site, namespace: ${namespace} }
data: { mode: fast }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: ${namespace} }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`
const told = (namespace: string) => {
  const { report } = importText({ text: text(namespace) })
  return (path: string) => report.find((line) => line.path.startsWith(path))
}

test('in one namespace they find each other', () => {
  const of = told('front')
  expect(of('Pod/web.spec.containers.0.env')?.code).toBe('inlined')
  expect(of('Service/web.spec.selector')?.code).toBe('kept')
})

test('in two, both sides are told of the namespaces', () => {
  const of = told('back')
  expect(of('Pod/web.spec.containers.0.env')).toMatchObject({
    code: 'not-there',
    message: expect.stringMatching(/in the namespace “back”, .* in the namespace “front”/),
  })
  for (const path of ['Service/web.spec.selector', 'Service/web.spec.ports']) {
    expect(of(path)).toMatchObject({
      code: 'not-used',
      message: expect.stringMatching(
        /in the namespace “front”, .* Service in the namespace “back”/,
      ),
    })
  }
  expect(of('ConfigMap/site.data')).toMatchObject({
    code: 'not-used',
    message: expect.stringMatching(/names it is in the namespace “front”, .* “back”/),
  })
})

const ELSEWHERE = (namespace: string) => `${text('front')}---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: web, namespace: ${namespace} }
spec: { minAvailable: 1, selector: { matchLabels: { app: web } } }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web, namespace: ${namespace} }
spec:
  scaleTargetRef: { kind: Deployment, name: web }
  maxReplicas: 4
  metrics: [{ type: Resource, resource: { name: cpu, target: { averageUtilization: 60 } } }]
`

test('a budget and an autoscaler elsewhere keep nothing, and say where what they name is', () => {
  const { report, workloads } = importText({ text: ELSEWHERE('back') })
  const said = report.filter(({ path }) => /^(Pod|Horizontal)\w+\/web.spec/.test(path))
  const of = said.filter(({ path }) => !path.startsWith('Pod/'))
  expect(new Set(of.map(({ code }) => code))).toEqual(new Set(['not-used']))
  for (const { message } of of) {
    expect(message).toMatch(/is in the namespace “front”, and this \w+ in the namespace “back”/)
  }
  expect(workloads[0]).not.toHaveProperty('autoscale')
  expect(workloads[0]).not.toHaveProperty('disruption')
})

test('what names no namespace is in “default”, where kubectl puts it', () => {
  const { report } = importText({
    text: text('default').replace('namespace: front, ', ''),
  })
  expect(report.find(({ path }) => path === 'Service/web.spec.selector')?.code).toBe('kept')
  expect(report.find(({ path }) => path.includes('.env'))?.code).toBe('inlined')
})
