/** Rules of place that are not Kubernetes' affinity. */
import { expect, test } from 'vitest'
import { importText } from './index.ts'

const service = (placement: string) =>
  importText({ text: `services: { web: { image: x, deploy: { placement: { ${placement} } } } }` })
const pod = (spec: string) =>
  importText({
    text: `{ apiVersion: v1, kind: Pod, metadata: { name: web }, spec: { ${spec}, containers: [{ image: x }] } }`,
  })

test('one copy to a computer is kept apart from itself; none said is as many as fit', () => {
  const one = service('max_replicas_per_node: 1')
  expect(one.workloads[0]?.placement).toEqual({ apart: ['web'] })
  expect(one.report.find(({ path }) => path.endsWith('per_node'))?.code).toBe('kept')
  const any = service('max_replicas_per_node: 0')
  expect(any.workloads).toHaveLength(1)
  expect(any.workloads[0]).not.toHaveProperty('placement')
})

test.each([
  ['two copies to a computer', () => service('max_replicas_per_node: 2')],
  ['all computers but some', () => service('constraints: ["node.labels.disk != hdd"]')],
  ['one computer of Docker', () => service('constraints: ["node.hostname == pi"]')],
  ['one computer of Kubernetes', () => pod('nodeName: pi')],
  ['one by its own label', () => pod('nodeSelector: { kubernetes.io/hostname: pi }')],
  ['over racks', () => pod('topologySpreadConstraints: [{ maxSkew: 1, topologyKey: rack }]')],
])('a rule that would not be kept is refused: %s', (_, read) => {
  const { workloads, report } = read()
  expect(workloads).toEqual([])
  expect(report.filter(({ verdict }) => verdict === 'refused')).toMatchObject([
    { code: 'place-not-kept' },
  ])
})

test.each([
  ['Docker’s own roles', () => service('constraints: ["node.role == manager"]')],
  ['a platform', () => service('constraints: ["node.platform.os == linux"]')],
  ['a platform by a label', () => pod('nodeSelector: { kubernetes.io/arch: amd64 }')],
  [
    'a wish',
    () =>
      pod('topologySpreadConstraints: [{ topologyKey: rack, whenUnsatisfiable: ScheduleAnyway }]'),
  ],
])('what nothing is lost by is said, and ignored: %s', (_, read) => {
  const { workloads, report } = read()
  expect(workloads).toHaveLength(1)
  expect(
    report.some(({ verdict, code }) => verdict === 'ignored' && /place|platform/.test(code)),
  ).toBe(true)
})
