/** What names one copy of a StatefulSet, as `pg-0.pg`. */
import { describe, expect, test } from 'vitest'
import { importText } from './index.ts'

const text = (replicas: string, host: string, more = '') => `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: pg, namespace: shop }
spec:
  serviceName: pg-all
${replicas}
  template:
    metadata: { labels: { app: pg } }
    spec:
      containers:
        - { name: pg, image: pg:1, ports: [{ containerPort: 5432 }], env: [{ name: PRIMARY_HOST, value: pg-0.pg-all }] }
---
apiVersion: v1
kind: Service
metadata: { name: pg-all, namespace: shop }
spec: { clusterIP: None, selector: { app: pg }, ports: [{ port: 5432 }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: site, namespace: shop }
data: { url: "postgres://${host}:5432/a" }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  template:
    spec:
      containers:
        - name: web
          image: web:1
          args: ["--primary=${host}:5432"]
          env:
            - { name: DB_HOST, value: "${host}:5432" }
            - { name: DB_URL, valueFrom: { configMapKeyRef: { name: site, key: url } } }
${more}
`
const read = (replicas: string, host: string) => {
  const { report, workloads } = importText({ text: text(replicas, host) })
  return {
    web: workloads.find(({ name }) => name === 'web'),
    codes: (path: string) => {
      const lines = report.filter((line) => line.path.startsWith(`${path}`))
      return lines.map(({ code }) => code)
    },
    report,
  }
}
const WEB = 'Deployment/web.spec.template.spec.containers.0'
const PLACES = [`${WEB}.env.0`, `${WEB}.env.1`, `${WEB}.args`]

describe.each(['pg-0.pg-all', 'pg-0.pg-all.shop', 'pg-0.pg-all.shop.svc.cluster.local'])(
  '%s',
  (host) => {
    test('is the workload where that has one copy', () => {
      for (const replicas of ['', '  replicas: 1']) {
        const { web, codes } = read(replicas, host)
        expect(web?.uses).toEqual([{ name: 'pg', as: host }])
        expect(web).not.toHaveProperty('egress')
        for (const place of PLACES) expect(codes(place)).toContain('found-by-name')
      }
    })

    test('leads nowhere among several, and is no host outside: the report says what to write', () => {
      const { web, codes, report } = read('  replicas: 2', host)
      expect(web).not.toHaveProperty('egress')
      expect(web).not.toHaveProperty('uses')
      for (const place of PLACES) expect(codes(place)).toContain('no-copy-names')
      const said = report.find(({ path, code }) => path.startsWith(WEB) && code === 'no-copy-names')
      expect(said).toMatchObject({ verdict: 'ignored', message: expect.stringContaining('“pg”') })
    })
  },
)

test('a copy does not find itself by its name', () => {
  const { codes } = read('  replicas: 1', 'pg-all')
  const env = 'StatefulSet/pg.spec.template.spec.containers.0.env.0'
  expect(codes(env)).toContain('no-copy-names')
})

test('the second of one, and what is of another namespace, are no copies of it', () => {
  expect(read('  replicas: 1', 'pg-1.pg-all').codes(PLACES[0]!)).toContain('no-copy-names')
  expect(read('  replicas: 1', 'pg-0.pg-all.other').codes(PLACES[0]!)).not.toContain(
    'found-by-name',
  )
})

test('what a ConfigMap holds leads to workloads as what is written out does', () => {
  const { web, codes } = read('  replicas: 2', 'pg-all')
  expect(web?.uses).toEqual([{ name: 'pg', as: 'pg-all' }])
  expect(codes(PLACES[1]!)).toContain('found-by-name')
})
