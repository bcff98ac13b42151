/** A whole manifest, broken at every field: each refusal names the field. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { deployInput, workloadSchema } from '../../api/contract/index.ts'
import { parseWorkload } from './index.ts'
import { refusal } from './testing/refusal.ts'

const times = { periodMs: 1_000, timeoutMs: 500, failures: 2 }
const FULL = {
  name: 'wiki',
  replicas: 2,
  env: { TZ: 'UTC' },
  labels: { tier: 'front' },
  nodeSelector: { disk: 'ssd' },
  placement: { spread: 'site', apart: ['db'], near: ['cache'] },
  rollout: { kind: 'rolling', atOnce: 2, paused: true },
  secrets: [{ name: 'wiki/password', env: 'DB_PASSWORD', file: 'password' }],
  uses: ['db', { name: 'search', as: 'search.internal' }],
  restart: { when: 'onFailure', atMost: 5, backoffMs: 500, backoffMsMax: 8_000 },
  graceMs: 20_000,
  onPartition: 'keep',
  priority: 'high',
  disruption: { minAvailable: 1 },
  edge: {
    access: { owners: ['a'.repeat(64)] },
    rate: { perMinute: 5, burst: 10 },
    tcp: [{ port: 15_000, containerPort: 80 }],
    answerMs: 5_000,
    idleMs: 60_000,
    https: 'redirect',
  },
  containers: [
    {
      name: 'web',
      image: 'wiki:1',
      command: ['/wiki'],
      args: ['-v'],
      env: { DB: 'localhost' },
      ports: [{ containerPort: 80, hostPort: 8_000, protocol: 'tcp' }],
      resources: {
        ...{ cpu: '200m', memory: '128Mi', disk: '2Gi', gpus: 1 },
        limits: { cpu: 4, memory: '1Gi' },
      },
      user: '1000:www-data',
      workingDir: '/srv/app',
      stopSignal: 'SIGQUIT',
      readOnlyRoot: true,
      scratch: [{ path: '/tmp', size: '16Mi' }],
      files: [
        { path: '/etc/wiki.ini', content: 'a = b\n', mode: '0400' },
        { path: '/etc/wiki.key', content: 'AAECAw==', encoding: 'base64' },
      ],
      probes: {
        startup: { kind: 'http', path: '/up', port: 80, ...times },
        live: { kind: 'tcp', port: 80, ...times },
        ready: { kind: 'command', command: ['/ready'], ...times },
      },
    },
  ],
}

const WRONG = [null, true, -1, 1.5, 1e99, Number.NaN, '', '\0', 'ä b', 'x'.repeat(70_000), [], {}]
const WRONGS = [...WRONG, '\ud800', '/\ud800', [null], { nonsense: 1 }]

type Path = (string | number)[]

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at]
  const inside = Object.entries(value).flatMap(([key, one]) => {
    return pathsOf(one, [...at, Array.isArray(value) ? Number(key) : key])
  })
  return at.length === 0 ? inside : [at, ...inside]
}

function broken(at: Path, by: unknown, of: unknown = FULL): unknown {
  const copy: unknown = structuredClone(of)
  const parent = at
    .slice(0, -1)
    .reduce((value, key) => (value as Record<string, unknown>)[key]!, copy)
  ;(parent as Record<string, unknown>)[at.at(-1)!] = by
  return copy
}

/** A refusal of `wrong` speaks of `at`: of it, of something in it, or of what it is in. */
function speaksOf(wrong: string, at: string): boolean {
  return wrong === at || wrong.startsWith(`${at}.`) || at.startsWith(`${wrong}.`)
}

const JOB = {
  name: 'backup',
  containers: [{ image: 'backup:1' }],
  graceMs: 1_000,
  onPartition: 'keep',
  restart: { backoffMs: 500 },
  job: {
    ...{ completions: 3, parallelism: 2, retries: 1, deadlineMs: 60_000, lostAfterMs: 5_000 },
    schedule: {
      ...{ cron: '30 3 * * *', timeZone: 'Europe/Berlin', overlap: 'replace' },
      ...{ startWithinMs: 60_000, paused: false },
    },
  },
}

/** Without the one the other makes no sense: a volume and where it is seen, a port and who asks at it. */
const TIED: [RegExp, RegExp][] = [
  [/^volumes$/, /\.mounts\./],
  [/\.mounts$/, /^volumes\./],
  [/\.ports$/, /\.probes\.|^autoscale\./],
]
const isTiedTo = (broke: string, told: string): boolean =>
  TIED.some(([field, other]) => field.test(broke) && other.test(told))

/** What neither a service of a fixed size nor a job says. */
const SCALED = {
  name: 'shop',
  containers: [
    {
      image: 'shop:1',
      ports: [{ containerPort: 80 }],
      resources: { limits: { cpu: 1, memory: '256Mi' } },
      probes: { ready: { kind: 'http', path: '/up', port: 80 } },
    },
  ],
  egress: [
    { host: 'api.example.org', ports: [443], protocol: 'tcp' },
    { address: '203.0.113.0/24', ports: [53], protocol: 'udp' },
  ],
  rollout: {
    kind: 'canary',
    steps: [{ share: 10, forMs: 60_000 }, { share: 50 }],
    warmUpMs: 5_000,
  },
  disruption: { maxUnavailable: 1 },
  autoscale: {
    ...{ min: 1, max: 4, requestsPerSecond: 50, p99Ms: 200, cpuPercent: 70 },
    queue: { key: 'shop/orders', perCopy: 10 },
    ...{ upAfterMs: 1_000, downAfterMs: 60_000, idleMs: 60_000, wakeMs: 30_000 },
    ceiling: { cpu: 4, memory: '2Gi' },
  },
}

/** Data that one copy alone writes to, which a canary may not have. */
const KEPT = {
  name: 'db',
  containers: [
    { image: 'db:1', mounts: [{ volume: 'data', path: '/var/lib/db', readOnly: false }] },
  ],
  volumes: [{ name: 'data', size: '1Gi', ifLost: 'empty' }],
}

const MORE = [SCALED, KEPT].flatMap((of) =>
  pathsOf(of).map((at) => [at.join('.'), { at, of }] as const),
)

/** The names of its fields, without the numbers of lists. */
function fieldsOf(schema: unknown, at: string[] = []): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const { properties = {}, items, anyOf = [] } = schema as Record<string, object | undefined>
  return [
    ...(at.length > 0 ? [at.join('.')] : []),
    ...Object.entries(properties).flatMap(([name, one]) => fieldsOf(one, [...at, name])),
    ...fieldsOf(items, at),
    ...Object.values(anyOf).flatMap((one) => fieldsOf(one, at)),
  ]
}

/** Said of the only container or of a program, as in `containers`. */
const OF_THE_ONLY = /^(\$schema|bundle|replicas|ports|resources|probes|health|files|env|mounts)\b/

describe('a manifest', () => {
  test('is broken at every field that its schema has', () => {
    const said = new Set(
      [FULL, JOB, SCALED, KEPT].flatMap((one) => {
        return pathsOf(one).map((at) => at.filter((step) => typeof step === 'string').join('.'))
      }),
    )
    const left = new Set(fieldsOf(workloadSchema()).filter((field) => !said.has(field)))
    expect([...left].filter((field) => !OF_THE_ONLY.test(field))).toEqual([])
  })

  test('that is whole is taken', () => {
    expect(parseWorkload(FULL).parts[0].probes).toEqual(FULL.containers[0]!.probes)
    expect(deployInput.parse(FULL)).toEqual(FULL)
  })

  test.each(pathsOf(FULL).map((at) => [at.join('.'), at] as const))('broken at %s', (name, at) => {
    for (const by of WRONGS) {
      let paths: string[]
      try {
        parseWorkload(broken(at, by))
        continue
      } catch {
        paths = refusal(() => parseWorkload(broken(at, by)))
      }
      // A port that is gone takes the probes of it along, and its number at the edge.
      const isOfPort = (one: string): boolean => /\.probes\.|^edge\.tcp\./.test(one)
      const related = paths.filter((one) => speaksOf(one, name) || isOfPort(one))
      expect([by, related]).toEqual([by, paths])
    }
  })

  test.each(pathsOf(JOB).map((at) => [at.join('.'), at] as const))(
    'of a job broken at %s',
    (name, at) => {
      expect(parseWorkload(JOB).job).toEqual(JOB.job)
      for (const by of WRONGS) {
        const body = broken(at, by, JOB)
        let paths: string[] = []
        try {
          parseWorkload(body)
        } catch {
          paths = refusal(() => parseWorkload(body))
        }
        // How many there are at all bounds how many run at a time.
        const related = paths.filter((one) => speaksOf(one, name) || one === 'job.parallelism')
        expect([by, related]).toEqual([by, paths])
      }
    },
  )

  test.each(MORE)('that is scaled, or keeps data, broken at %s', (name, { at, of }) => {
    expect(parseWorkload(of).name).toBe(of.name)
    for (const by of WRONGS) {
      const body = broken(at, by, of)
      let paths: string[] = []
      try {
        parseWorkload(body)
      } catch {
        paths = refusal(() => parseWorkload(body))
      }
      const related = paths.filter((one) => speaksOf(one, name) || isTiedTo(name, one))
      expect([by, related]).toEqual([by, paths])
    }
  })

  test('with half of a letter in the key of a label is refused there', () => {
    const wrong = { name: 'wiki', containers: [{ image: 'a' }], labels: { 'a\ud800': 'b' } }
    expect(refusal(() => parseWorkload(wrong))).toEqual(['labels.a\ud800'])
  })

  test('in the docs is one', () => {
    const page = path.join(import.meta.dirname, '../../../docs/WORKLOADS.md')
    const example = /```json\n([\s\S]*?)```/.exec(readFileSync(page, 'utf8'))?.[1] ?? ''
    expect(parseWorkload({ manifest: example })).toMatchObject({ name: 'wiki', replicas: 2 })
  })

  test('may name its schema, which describes it', () => {
    const schema = workloadSchema()
    expect(parseWorkload({ ...FULL, $schema: './workload.schema.json' }).name).toBe('wiki')
    const described = Object.keys(z.record(z.string(), z.unknown()).parse(schema.properties))
    expect(described).toEqual(expect.arrayContaining(['$schema', ...Object.keys(FULL)]))
    expect(described).not.toContain('manifest')
    expect(schema.additionalProperties).toBe(false)
  })
})
