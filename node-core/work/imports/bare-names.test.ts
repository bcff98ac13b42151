/** Names of other workloads of a text, where no variable's name says that they are hosts. */
import { describe, expect, test } from 'vitest'
import { importText } from './index.ts'

const compose = (kafka: string) => `
services:
  redis: { image: "redis:7" }
  zk: { image: "zk:3" }
  kafka: { image: "kafka:4", ${kafka} }
`
const read = (text: string, name: string) => {
  const { workloads, report } = importText({ text })
  const of = (code: string) => report.filter((line) => line.code === code)
  const paths = (code: string) => of(code).map(({ path }) => path.replace(/^.*\.(?=env|comm)/, ''))
  return { uses: workloads.find((one) => one.name === name)?.uses, of, paths, workloads }
}

describe('a name with a port leads to that workload', () => {
  test.each([
    'KAFKA_ZOOKEEPER_CONNECT: "zk:2181"',
    'QUORUM: "zk:2181/kafka,other:2181"',
    'OPTS: "-Dzk=zk:2181 -Xmx1g"',
  ])('in any variable: %s', (variable) => {
    const { uses, paths, workloads } = read(compose(`environment: { ${variable} }`), 'kafka')
    expect(uses).toEqual(['zk'])
    expect(paths('found-by-name')).toEqual([`environment.${variable.split(':')[0]}`])
    const zk = workloads.find(({ name }) => name === 'zk')
    expect(zk?.containers[0]?.ports).toMatchObject([{ containerPort: 2_181 }])
  })

  test.each([
    ['command: ["--redis=redis:6379", "--zk", "zk:2181"]', ['redis', 'zk']],
    ['command: "start --redis redis:6379 --zk=zk:2181"', ['redis', 'zk']],
    [
      'entrypoint: ["sh", "-c", "wait-for redis:6379 && exec run --zk=\'zk:2181\'"]',
      ['redis', 'zk'],
    ],
    ['command: ["--cache", "redis://redis/0", "--zk-host", "zk"]', ['redis', 'zk']],
  ])('in %s', (words, uses) => {
    expect(read(compose(words), 'kafka').uses).toEqual(uses)
  })

  test('of a container that docker runs', () => {
    const text = 'docker run --name redis redis:7\ndocker run --name web -e CACHE=redis:6379 web:1'
    expect(read(text, 'web').uses).toEqual(['redis'])
  })
})

describe('what has a name of a workload, and is none', () => {
  test.each([
    'environment: { REDIS_IMAGE: "redis:7", FILE: "redis.conf", HINT: "ask redis", WHAT: "redis.io:80" }',
    'environment: { DB_USER: redis, DB_NAME: zk, POSTGRES_DB: zk }',
    'command: ["redis", "-A", "zk", "--note", "see zk", "other:2181", "redis.io:6379"]',
  ])('is used by nobody, and not suspected: %s', (fields) => {
    const { uses, of } = read(compose(fields), 'kafka')
    expect(uses).toBe(undefined)
    expect([...of('maybe-a-name'), ...of('found-by-name')]).toEqual([])
  })
})

test('a bare word is suspected, and told', () => {
  const { uses, of, paths } = read(compose('environment: { CACHE_BACKEND: redis }'), 'kafka')
  expect(uses).toBe(undefined)
  expect(paths('maybe-a-name')).toEqual(['environment.CACHE_BACKEND'])
  expect(of('maybe-a-name')[0]).toMatchObject({
    verdict: 'kept',
    workload: 'kafka',
    message: expect.stringContaining('“redis”'),
  })
})

test('it is no matter of doubt where the workload is used by that name anyhow', () => {
  const fields = 'environment: { CACHE_BACKEND: redis, REDIS: "redis:6379" }'
  const { uses, of } = read(compose(fields), 'kafka')
  expect(uses).toEqual(['redis'])
  expect(of('maybe-a-name')).toEqual([])
})

describe('in Kubernetes', () => {
  const LONG = 'pg.default.svc.cluster.local'
  const text = (container: string) => `
apiVersion: v1
kind: Service
metadata: { name: pg }
spec: { selector: { app: pg }, ports: [{ port: 5432 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: pg, labels: { app: pg } }
spec: { containers: [{ name: pg, image: "pg:1", args: ["--me=pg:5432"] }] }
---
apiVersion: v1
kind: Pod
metadata: { name: web }
spec: { containers: [{ name: web, image: "web:1", ${container} }] }
`
  test.each([
    ['env: [{ name: DB, value: "pg:5432" }]', ['pg']],
    ['args: ["--db=pg:5432"]', ['pg']],
    ['command: ["run", "pg.default:5432"]', [{ name: 'pg', as: 'pg.default' }]],
    [
      `env: [{ name: DB, value: "pg:5432" }, { name: URL, value: "http://${LONG}:5432" }]`,
      ['pg', { name: 'pg', as: LONG }],
    ],
  ])('%s', (container, uses) => {
    expect(read(text(container), 'web').uses).toEqual(uses)
  })

  test('one that would be the workload itself leads nowhere, and is told', () => {
    const { uses, of } = read(text(''), 'pg')
    expect(uses).toBe(undefined)
    expect(of('no-names').map(({ path }) => path)).toContain('Pod/pg.spec.containers.0.args')
  })
})
