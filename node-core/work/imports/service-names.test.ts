/** What is said of a name of a Service, by how many workloads it leads to. */
import { expect, test } from 'vitest'
import { importText } from './index.ts'

const pod = (name: string, app: string, url = '') => `---
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${app} } }
spec: { containers: [{ image: "c:1", env: [${url && `{ name: API_URL, value: "${url}" }`}] }] }
`
const service = (spec: string) => `---
apiVersion: v1
kind: Service
metadata: { name: api }
spec: ${spec}
`
const SELECTS = service('{ selector: { app: api } }')

const of = (text: string) => {
  const { workloads, report } = importText({ text })
  const line = report.findLast(({ path }) => path.includes('env.0'))
  const uses = workloads.find(({ name }) => name === 'web')?.uses
  return { uses, code: line?.code, message: line?.message, report }
}

const web = pod('web', 'web', 'http://api:8080/')

test('one that leads to one workload is that workload', () => {
  const { uses, code } = of(web + pod('api-2', 'api') + SELECTS)
  expect({ uses, code }).toEqual({ uses: [{ name: 'api-2', as: 'api' }], code: 'found-by-name' })
})

test.each([
  ['two', pod('api-stable', 'api') + pod('api-canary', 'api') + SELECTS, 'leads to 2 workloads'],
  ['none', SELECTS, 'leads to no workload of this text'],
  ['itself', SELECTS.replace('app: api', 'app: web'), 'It is the workload itself'],
  [
    'a host outside',
    service('{ type: ExternalName, externalName: api.example.com }'),
    'another name of “api.example.com”',
  ],
])('one that leads to %s leads nowhere, and says why', (_, rest, message) => {
  const found = of(web + rest)
  expect(found).toMatchObject({ uses: undefined, code: 'no-names' })
  expect(found.message).toContain(message)
})

test('a selector of several is told too', () => {
  const { report } = of(pod('api-stable', 'api') + pod('api-canary', 'api') + SELECTS)
  expect(report.find(({ path }) => path.endsWith('selector'))).toMatchObject({ code: 'no-names' })
})
