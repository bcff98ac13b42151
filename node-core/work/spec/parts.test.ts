import { describe, expect, test } from 'vitest'
import {
  amountsOf,
  applyChange,
  listeningOf,
  type Parts,
  parseStoredWorkload,
  parseWorkload,
  portsOf,
  storedForm,
} from './index.ts'
import { refusal } from './testing/refusal.ts'

const WIKI = {
  name: 'wiki',
  env: { TZ: 'UTC' },
  containers: [
    {
      name: 'web',
      image: 'wiki:1',
      ports: [{ containerPort: 80 }],
      env: { DB: 'localhost' },
      resources: { cpu: '200m', memory: '128Mi', limits: { cpu: 1 } },
    },
    { name: 'db', image: 'postgres:16', ports: [{ containerPort: 5_432 }] },
  ],
}

describe('several containers', () => {
  test('each have what was said of them, and the environment of all', () => {
    const { parts, kind } = parseWorkload(WIKI)
    expect(kind).toBe('container')
    expect(parts.map(({ name }) => name)).toEqual(['web', 'db'])
    expect(parts[0].env).toEqual({ TZ: 'UTC', DB: 'localhost' })
    expect(parts[1]?.env).toEqual({ TZ: 'UTC' })
    expect(parts[1]?.probes).toMatchObject({ live: { kind: 'tcp', port: 5_432 } })
  })

  test('are reserved together, and bounded each', () => {
    const workload = parseWorkload(WIKI)
    expect(amountsOf(workload, 'requests')).toEqual({ cpuMillis: 300, memoryBytes: 2 ** 28 })
    expect(amountsOf(workload, 'limits')).toEqual({ cpuMillis: 1_100, memoryBytes: 2 ** 28 })
    expect(portsOf(workload).map(({ containerPort }) => containerPort)).toEqual([80, 5_432])
  })

  test('listen where they declare it, or else where their images say', () => {
    const [web, db] = parseWorkload(WIKI).parts
    const exposes = [80, 6_379].map((containerPort) => ({
      containerPort,
      protocol: 'tcp' as const,
    }))
    const source = { image: 'cache:7', imageId: 'sha256:1', exposes }
    const cache = { ...db!, name: 'cache', ports: [], source }
    const workload = { ...parseWorkload(WIKI), parts: [web, { ...db!, source }, cache] as Parts }
    const listening = listeningOf(workload).map(({ containerPort }) => containerPort)
    // 80 is the first part's: they share one network.
    expect(listening).toEqual([80, 5_432, 6_379])
    expect(portsOf(workload)).toHaveLength(2)
    expect(parseStoredWorkload(storedForm(workload))).toEqual(workload)
    const [, , changed] = applyChange(workload, {
      containers: [web, db!, cache].map(({ name }) => ({ name, image: `${name}:2` })),
    }).parts
    expect(changed?.source).toEqual({ image: 'cache:2' })
  })

  test('listen where their images say beside what they declare', () => {
    const [web] = parseWorkload(WIKI).parts
    const exposes = [{ containerPort: 9_000, protocol: 'tcp' as const }]
    const source = { image: 'store:1', imageId: 'sha256:1', exposes }
    const listening = listeningOf({ parts: [{ ...web, source }] })
    expect(listening.map(({ containerPort }) => containerPort)).toEqual([80, 9_000])
  })

  test('are changed as a whole, and keep the content of images that stay', () => {
    const [web, db] = parseWorkload(WIKI).parts
    const source = { image: 'wiki:1', imageId: 'sha256:1' }
    const pinned = { ...parseWorkload(WIKI), parts: [{ ...web, source }, db!] as const }
    const [first] = WIKI.containers
    const { parts } = applyChange({ ...pinned, parts: [...pinned.parts] }, { containers: [first] })
    expect(parts).toHaveLength(1)
    expect(parts[0].source).toEqual(source)
  })

  test('are asked at their first port from when it is declared, unless probes were said', () => {
    const before = parseWorkload({ name: 'shelf', containers: [{ image: 'shelf:1' }] })
    expect(before.parts[0].probes).toEqual({})
    const ports = [{ containerPort: 80 }]
    const after = applyChange(before, { ports })
    expect(after.parts[0].probes.live).toMatchObject({ kind: 'tcp', port: 80 })
    const moved = applyChange(after, { ports: [{ containerPort: 81 }, ...ports] })
    expect(moved.parts[0].probes.live).toMatchObject({ port: 81 })
    const silent = applyChange(after, { health: { kind: 'running' } })
    expect(
      applyChange(silent, { ports: [...ports, { containerPort: 81 }] }).parts[0].probes,
    ).toEqual({})
  })

  const [web, db] = WIKI.containers
  test.each<[string, unknown, string[]]>([
    ['two of one name', { containers: [web, { ...db, name: 'web' }] }, ['containers.1.name']],
    [
      'two of one image and no name',
      { containers: [{ image: 'a' }, { image: 'a' }] },
      ['containers.1.name'],
    ],
    [
      'one port in two of them',
      { containers: [web, { ...db, ports: [{ containerPort: 80 }] }] },
      ['containers.1.ports.0.containerPort'],
    ],
    [
      'what speaks of one, where there are several',
      { ...WIKI, ports: [{ containerPort: 1 }], health: { kind: 'tcp' } },
      ['health', 'ports'],
    ],
    [
      'a limit below what is requested',
      { containers: [{ image: 'a', resources: { cpu: 1, limits: { cpu: '500m' } } }] },
      ['containers.0.resources.limits.cpu'],
    ],
    ['nine of them', { containers: Array.from({ length: 9 }, () => web) }, ['containers']],
    ['none', { containers: [] }, ['containers']],
  ])('are refused: %s', (_, input, paths) => {
    expect(refusal(() => parseWorkload({ name: 'wiki', ...(input as object) }))).toEqual(paths)
  })

  test('are not changed by fields that speak of one', () => {
    const change = { image: 'b', env: {} }
    expect(refusal(() => applyChange(parseWorkload(WIKI), change))).toEqual(['env', 'image'])
  })
})

describe('probes', () => {
  const one = (more: object) => ({
    containers: [{ name: 'web', image: 'a', ...more }],
    name: 'web',
  })
  const ports = [{ containerPort: 80 }]

  test('of each role are filled up', () => {
    const ready = { kind: 'http', path: '/ready', failures: 1 }
    const startup = { kind: 'command', command: ['/bin/up'] }
    const { parts } = parseWorkload(one({ ports, probes: { ready, startup } }))
    const times = { periodMs: 5_000, timeoutMs: 2_000 }
    expect(parts[0].probes).toEqual({
      startup: { ...startup, ...times, failures: 3 },
      ready: { kind: 'http', path: '/ready', port: 80, ...times, failures: 1 },
    })
  })

  test('none are asked where that was said', () => {
    expect(
      parseWorkload({ ...one({ ports }), health: { kind: 'running' } }).parts[0].probes,
    ).toEqual({})
    expect(parseWorkload(one({ ports, probes: {} })).parts[0].probes).toEqual({})
  })

  test('stay when the ports change and still have theirs', () => {
    const probes = { ready: { kind: 'http', path: '/r', port: 80 } }
    const before = parseWorkload(one({ ports, probes }))
    const after = applyChange(before, { ports: [...ports, { containerPort: 81 }] })
    expect(after.parts[0].probes).toEqual(before.parts[0].probes)
  })

  test.each<[string, object, string[]]>([
    ['a port that is not declared', { probes: { live: { kind: 'tcp', port: 81 } } }, ['live.port']],
    ['an empty command', { probes: { live: { kind: 'command', command: [] } } }, ['live.command']],
    ['no failures at all', { probes: { ready: { kind: 'tcp', failures: 0 } } }, ['ready.failures']],
    ['a role that there is not', { probes: { liveness: { kind: 'tcp' } } }, ['liveness']],
  ])('are refused: %s', (_, more, paths) => {
    const expected = paths.map((path) => `containers.0.probes.${path}`)
    expect(refusal(() => parseWorkload(one({ ports, ...more })))).toEqual(expected)
  })

  test('of a program may be commands too', () => {
    const bundle = `sha256:${'ab'.repeat(32)}`
    const probes = { live: { kind: 'command', command: ['x'] } }
    const { parts } = parseWorkload({ name: 'billing', bundle, probes })
    expect(parts[0].probes).toEqual({
      live: { ...probes.live, periodMs: 5_000, timeoutMs: 2_000, failures: 3 },
    })
  })
})

test('a program leases graphics processors as a container does', () => {
  const bundle = `sha256:${'ab'.repeat(32)}`
  const { parts } = parseWorkload({ name: 'billing', bundle, resources: { gpus: 2 } })
  expect(parts[0].resources).toMatchObject({ gpus: 2 })
})

test('a port of a program is one of the computer’s for both protocols', () => {
  const program = (tcp: object, udp: object) => ({
    ...{ name: 'dns', bundle: `sha256:${'ab'.repeat(32)}` },
    ports: [
      { containerPort: 53, ...tcp },
      { containerPort: 53, protocol: 'udp', ...udp },
    ],
  })
  const same = { hostPort: 5_300 }
  for (const udp of [{ hostPort: 5_301 }, {}]) {
    expect(refusal(() => parseWorkload(program(same, udp)))).toEqual(['ports.1.hostPort'])
  }
  expect(parseWorkload(program(same, same)).parts[0].ports).toHaveLength(2)
})
