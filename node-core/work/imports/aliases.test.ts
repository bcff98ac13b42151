/** Other names of a compose service, and folders within its volumes. */
import { expect, test } from 'vitest'
import { importText } from './index.ts'

const text = `
services:
  web:
    image: web:1
    environment:
      DB_HOST: database
      CACHE_URL: redis://kept-cache/0
      SEARCH_URL: http://search.internal.example:9200
  db:
    image: db:1
    networks:
      back: { aliases: [database, search.internal.example, web], ipv4_address: 10.0.0.2 }
  cache: { image: cache:1, container_name: kept-cache }
`

test('a service is found by its aliases and by its container’s name, as in compose', () => {
  const { workloads, report } = importText({ text })
  const web = workloads.find(({ name }) => name === 'web')
  expect(web?.uses).toEqual([
    { name: 'db', as: 'database' },
    { name: 'cache', as: 'kept-cache' },
    { name: 'db', as: 'search.internal.example' },
  ])
  expect(web).not.toHaveProperty('egress')
  const of = (path: string) => report.findLast((line) => line.path === path)?.code
  expect(of('services.web.environment.DB_HOST')).toBe('found-by-name')
  expect(of('services.db.networks.back.aliases')).toBe('kept')
  expect(of('services.db.networks.back.ipv4_address')).toBe('no-networks')
  expect(of('services.cache.container_name')).toBe('no-hostname')
})

test('what others ask a service at by number is declared for it, without a probe', () => {
  const { workloads, report } = importText({ text })
  const portsOf = (name: string) => {
    const part = workloads.find((one) => one.name === name)?.containers?.[0]
    const access = workloads.find((one) => one.name === name)?.edge?.access
    return [part?.ports?.map(({ containerPort }) => containerPort), part?.probes, access]
  }
  expect(portsOf('db')).toEqual([[9_200], {}, 'members'])
  // Its scheme says a port, which its image knows better.
  expect(portsOf('cache')).toEqual([undefined, undefined, undefined])
  expect(report.filter(({ code }) => code === 'port-asked')).toMatchObject([
    { path: 'services.db', verdict: 'changed', message: expect.stringContaining('port 9200') },
  ])
})

test('a folder within a volume is a volume of its own, and says what is not taken', () => {
  const mount = (subpath: string, target: string) =>
    `{ type: volume, source: data, target: ${target}, volume: { subpath: ${subpath}, nocopy: true } }`
  const { workloads, report } = importText({
    text: `
services:
  app:
    image: app:1
    volumes:
      - ${mount('a', '/a')}
      - ${mount('b', '/b')}
`,
  })
  const [first, second] = workloads[0]?.containers?.[0]?.mounts ?? []
  expect([first?.path, second?.path]).toEqual(['/a', '/b'])
  expect(first?.volume).not.toBe(second?.volume)
  const nocopy = report.find(({ path }) => path === 'services.app.volumes.0.volume.nocopy')
  expect(nocopy?.verdict).toBe('ignored')
})

test('its own public name is nowhere that a service connects to, and one that nothing leads to says so', () => {
  const { workloads, report } = importText({
    text: `
services:
  vault:
    image: v:1
    environment: { DOMAIN: "https://vw.example.org", AUTH0_DOMAIN: "https://a.example.com" }
  web: { image: w:1, ports: ["80"] }
  worker: { image: k:1, depends_on: [db] }
  db: { image: d:1 }
`,
  })
  expect(workloads.map(({ egress }) => egress)).toEqual([
    [{ host: 'a.example.com', ports: [443] }],
    ...[undefined, undefined, undefined],
  ])
  const said = (code: string) => report.filter((line) => line.code === code)
  expect(said('own-name').map(({ path }) => path)).toEqual(['services.vault.environment.DOMAIN'])
  expect(said('no-address').map(({ workload }) => workload)).toEqual(['vault', 'worker'])
})
