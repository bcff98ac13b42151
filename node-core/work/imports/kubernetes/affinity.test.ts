import { describe, expect, test } from 'vitest'
import { importText } from '../index.ts'

const deployment = (name: string, affinity = '{}') => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      affinity: ${affinity}
      containers: [{ name: x, image: a }]
---`

/** Of a workload `web` beside others, and what is said below its affinity. */
function of(affinity: string) {
  const text = deployment('web', affinity) + deployment('db') + deployment('noisy')
  const { workloads, report } = importText({ text })
  const { placement, nodeSelector } = workloads.find(({ name }) => name === 'web') ?? {}
  const said = report.filter(({ path }) => path.includes('web.spec.template.spec.affinity.'))
  return {
    ...(placement && { placement }),
    ...(nodeSelector && { nodeSelector }),
    said: said.map(({ code }) => code),
  }
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution'
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution'
const NODE = 'topologyKey: kubernetes.io/hostname'
const app = (name: string) => `labelSelector: { matchLabels: { app: ${name} } }`
const rule = (kind: string, ...terms: string[]) =>
  of(`{ ${kind}: { ${REQUIRED}: [${terms.map((term) => `{ ${term} }`).join(', ')}] } }`)
const wish = (kind: string, term: string) =>
  of(`{ ${kind}: { ${PREFERRED}: [{ weight: 1, podAffinityTerm: { ${term} } }] } }`)

describe('affinity of Kubernetes', () => {
  test('to its own copies keeps them apart, or is how they are spread', () => {
    const own = `${app('web')}, ${NODE}`
    expect(rule('podAntiAffinity', own)).toEqual({
      ...{ placement: { apart: ['web'] }, said: ['kept'] },
    })
    expect(wish('podAntiAffinity', own)).toEqual({ said: ['always-so'] })
    const zones = `${app('web')}, topologyKey: topology.kubernetes.io/zone`
    const overSites = { placement: { spread: 'site' }, said: ['spread-over-sites'] }
    expect(rule('podAntiAffinity', zones)).toEqual(overSites)
  })

  test('to other workloads keeps it apart from them, or near', () => {
    const one = 'labelSelector: { matchExpressions: [{ key: app, operator: In, values: [noisy] }] }'
    expect(rule('podAntiAffinity', `${one}, ${NODE}`)).toEqual({
      ...{ placement: { apart: ['noisy'] }, said: ['kept'] },
    })
    const db = `${app('db')}, ${NODE}`
    expect(rule('podAffinity', db)).toEqual({
      ...{ placement: { near: ['db'] }, said: ['near-as-a-wish'] },
    })
    expect(wish('podAffinity', db)).toEqual({ placement: { near: ['db'] }, said: ['kept'] })
  })

  test('to labels of nodes selects them', () => {
    const terms = (...expressions: string[]) => {
      const listed = expressions.map((one) => `{ ${one} }`).join(', ')
      return of(
        `{ nodeAffinity: { ${REQUIRED}: { nodeSelectorTerms: [{ matchExpressions: [${listed}] }] } } }`,
      )
    }
    const ssd = 'key: disk, operator: In, values: [ssd]'
    expect(terms(ssd)).toEqual({ nodeSelector: { disk: 'ssd' }, said: ['kept'] })
    expect(terms(ssd, 'key: kubernetes.io/arch, operator: In, values: [amd64]')).toEqual({
      ...{ nodeSelector: { disk: 'ssd' }, said: ['kept', 'platform-labels'] },
    })
  })

  test.each([
    'key: disk, operator: In, values: [ssd, nvme]',
    'key: disk, operator: NotIn, values: [hdd]',
    'key: disk, operator: Exists',
    'key: disk, operator: DoesNotExist',
    'key: cores, operator: Gt, values: ["4"]',
    'key: kubernetes.io/hostname, operator: In, values: [pi]',
  ])('to nodes by a rule that is not to be had is refused: %s', (expression) => {
    const terms = `{ nodeSelectorTerms: [{ matchExpressions: [{ ${expression} }] }] }`
    const affinity = `{ nodeAffinity: { ${REQUIRED}: ${terms} } }`
    expect(of(affinity)).toEqual({ said: ['place-not-kept'] })
    expect(importText({ text: deployment('web', affinity) }).workloads).toEqual([])
  })

  test.each([
    ['about nodes', `{ nodeAffinity: { ${PREFERRED}: [{ weight: 1, preference: {} }] } }`],
    [
      'to be apart',
      `{ podAntiAffinity: { ${PREFERRED}: [{ weight: 1, podAffinityTerm: { ${app('db')}, ${NODE} } }] } }`,
    ],
  ])('that is a wish not to be had is said to be ignored: %s', (_, affinity) => {
    expect(of(affinity)).toEqual({ said: ['no-placement'] })
  })

  test.each([
    [
      'two terms, one of which would do',
      `{ nodeAffinity: { ${REQUIRED}: { nodeSelectorTerms: [{ matchExpressions: [] }, {}] } } }`,
    ],
    [
      'another namespace',
      `{ podAffinity: { ${REQUIRED}: [{ ${app('db')}, ${NODE}, namespaces: [b] }] } }`,
    ],
    ['labels that nothing has', `{ podAffinity: { ${REQUIRED}: [{ ${app('gone')}, ${NODE} }] } }`],
    [
      'zones of others',
      `{ podAffinity: { ${REQUIRED}: [{ ${app('db')}, topologyKey: topology.kubernetes.io/zone }] } }`,
    ],
    ['everything', `{ podAntiAffinity: { ${REQUIRED}: [{ labelSelector: {}, ${NODE} }] } }`],
  ])('that is a rule not to be had is refused: %s', (_, affinity) => {
    expect(of(affinity)).toEqual({ said: ['place-not-kept'] })
    const names = importText({ text: deployment('web', affinity) + deployment('db') }).workloads
    expect(names.map(({ name }) => name)).toEqual(['db'])
  })
})
