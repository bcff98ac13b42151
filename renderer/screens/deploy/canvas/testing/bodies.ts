/** Drafts as anybody might have written them: every kind of field, by hand and by chance. */
import fc from 'fast-check'
import type { DeployInput } from '../../../../../node-core/api/contract/index.ts'
import type { Bodies } from '../bodies.ts'

const NAMES = ['web', 'db', 'cache', 'api', 'jobs'] as const
const name = fc.constantFrom(...NAMES)
/** Without taking it for what can never change. */
const only = <T>(value: T): fc.Arbitrary<T> => fc.constant(value)
const sometimes = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

const env = fc.dictionary(
  fc.constantFrom('DB_HOST', 'CACHE_URL', 'MODE', 'API_ADDR'),
  fc.oneof(
    fc.constantFrom('db', 'db:5432', 'redis://:key@cache/0', 'production', 'http://api:8080/x'),
    fc.string({ maxLength: 12 }),
  ),
  { maxKeys: 3 },
)
const port = fc.record(
  {
    containerPort: fc.integer({ min: 1, max: 65_535 }),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const),
    hostPort: fc.integer({ min: 1_024, max: 65_535 }),
  },
  { requiredKeys: ['containerPort'] },
)
const ports = fc.uniqueArray(port, { maxLength: 3, selector: (one) => one.containerPort })
const volumeNames = ['data', 'files'] as const
const container = fc.record(
  {
    name,
    image: fc.constantFrom('web:1', 'registry.local:5000/team/db@sha256:00', 'Cache'),
    env,
    ports,
    command: fc.array(fc.string({ maxLength: 5 }), { maxLength: 2 }),
    mounts: fc.array(
      fc.record(
        {
          volume: fc.constantFrom(...volumeNames),
          path: fc.constantFrom('/data', '/var/lib/app', '/srv'),
          readOnly: fc.boolean(),
        },
        { requiredKeys: ['volume', 'path'] },
      ),
      { maxLength: 2 },
    ),
    probes: only({ live: { kind: 'http' as const, path: '/up' } }),
    resources: only({ cpu: '500m', limits: { cpu: 2 } }),
    readOnlyRoot: fc.boolean(),
    scratch: only([{ path: '/tmp', size: '64Mi' }]),
    files: only([{ path: '/etc/app.ini', content: 'host = db\n' }]),
  },
  { requiredKeys: ['image'] },
)
const use = fc.oneof(
  name,
  fc.record({ name, as: fc.constantFrom('mysql', 'db', 'store') }, { requiredKeys: ['name'] }),
)

const body: fc.Arbitrary<DeployInput> = fc.record(
  {
    name,
    containers: fc.array(container, { minLength: 1, maxLength: 3 }),
    env,
    labels: only({ tier: 'front' }),
    volumes: fc.uniqueArray(
      fc.record(
        { name: fc.constantFrom(...volumeNames), size: only('5Gi') },
        { requiredKeys: ['name'] },
      ),
      { maxLength: 2, selector: (one) => one.name },
    ),
    uses: fc.array(use, { maxLength: 3 }),
    secrets: only([{ name: 'web/password', env: 'PASSWORD' }]),
    placement: only({ apart: ['db'], near: ['cache', 'web'] }),
    rollout: only({ kind: 'rolling' as const, atOnce: 2 }),
    edge: fc.record(
      {
        access: fc.constantFrom('public' as const, 'members' as const),
        tcp: only([{ port: 15_432, containerPort: 5_432 }]),
        answerMs: only(5_000),
      },
      { requiredKeys: [] },
    ),
    autoscale: only({ min: 1, max: 4, queue: { key: 'web/jobs', perCopy: 20 } }),
    graceMs: only(500),
    egress: only('none' as const),
  },
  { requiredKeys: ['containers'] },
)
const program: fc.Arbitrary<DeployInput> = fc.record(
  {
    ...{ name, bundle: only(`sha256:${'ab'.repeat(32)}`), env, ports, uses: fc.array(use) },
    ...{ resources: only({ cpu: 1 }), health: only({ kind: 'http' as const, path: '/up' }) },
  },
  { requiredKeys: ['bundle'] },
)

/** Nothing in it need be wise, but each is what the contract takes. */
export const anyBodies: fc.Arbitrary<Bodies> = fc.array(
  fc.oneof({ weight: 4, arbitrary: body }, { weight: 1, arbitrary: program }),
  { minLength: 1, maxLength: 4 },
)
export const anyName = sometimes(name).map((one) => one ?? 'fresh')

/** WordPress and its database, as the compose file of its makers becomes. */
export const WORDPRESS: Bodies = [
  {
    name: 'wordpress',
    containers: [
      {
        image: 'wordpress:6',
        env: { WORDPRESS_DB_HOST: 'db', WORDPRESS_DB_USER: 'wordpress' },
        ports: [{ containerPort: 80 }],
        mounts: [{ volume: 'html', path: '/var/www/html' }],
      },
    ],
    volumes: [{ name: 'html', size: '5Gi' }],
    uses: ['db'],
    edge: { tcp: [{ port: 18_080, containerPort: 80 }] },
  },
  {
    name: 'db',
    containers: [
      {
        image: 'mariadb:11',
        env: { MARIADB_USER: 'wordpress' },
        mounts: [{ volume: 'data', path: '/var/lib/mysql' }],
      },
    ],
    volumes: [{ name: 'data' }],
  },
]
