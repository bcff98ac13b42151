import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyChange, parseStoredWorkload, parseWorkload, storedForm, templateOf } from './index.ts'
import { changePart } from './testing/flat.ts'
import { refusal } from './testing/refusal.ts'

const DIGEST = `sha256:${'ab'.repeat(32)}`

describe('what a deploy asks for', () => {
  test('fills in what a container leaves out', () => {
    expect(parseWorkload({ name: 'web', containers: [{ image: 'busybox' }] })).toEqual({
      name: 'web',
      kind: 'container',
      parts: [
        {
          name: 'busybox',
          source: { image: 'busybox' },
          env: {},
          ports: [],
          resources: {
            requests: { cpuMillis: 100, memoryBytes: 134_217_728 },
            limits: { cpuMillis: 100, memoryBytes: 134_217_728 },
          },
          probes: {},
        },
      ],
      replicas: 1,
      labels: {},
      nodeSelector: {},
      placement: { spread: 'node', apart: [], near: [] },
      rollout: { kind: 'rolling', atOnce: 1, paused: false },
      uses: [],
      secrets: [],
      restart: { when: 'always', backoffMs: 1_000, backoffMsMax: 60_000 },
      graceMs: 5_000,
      onPartition: 'heal',
    })
  })

  test('asks a bundle for GET /health at its one port', () => {
    const [part] = parseWorkload({ name: 'billing', bundle: DIGEST }).parts
    expect(part.ports).toEqual([{ containerPort: 8_080, protocol: 'tcp' }])
    expect(part.probes).toMatchObject({ live: { kind: 'http', path: '/health', port: 8_080 } })
  })

  test('asks a container with a TCP port whether it listens', () => {
    const ports = [{ containerPort: 53, protocol: 'udp' }, { containerPort: 80 }]
    const [{ probes }] = parseWorkload({ name: 'web', containers: [{ image: 'a', ports }] }).parts
    const times = { periodMs: 5_000, timeoutMs: 2_000, failures: 3 }
    expect(probes).toEqual({ live: { kind: 'tcp', port: 80, ...times } })
  })

  test('takes the container before what stands beside it', () => {
    const workload = parseWorkload({
      containers: [{ image: 'x/Web_App:2', env: { A: '1' }, resources: { cpu: '500m' } }],
      env: { A: '2', B: '3' },
      resources: { cpu: 2, memory: '1Gi' },
    })
    expect(workload.name).toBe('web-app')
    expect(workload.parts[0].env).toEqual({ A: '1', B: '3' })
    expect(workload.parts[0].resources.requests).toEqual({ cpuMillis: 500, memoryBytes: 2 ** 30 })
  })

  test('reads a manifest, and lets fields beside it win', () => {
    const manifest = JSON.stringify({ name: 'web', containers: [{ image: 'a' }], replicas: 2 })
    expect(parseWorkload({ manifest, replicas: 3 })).toMatchObject({ name: 'web', replicas: 3 })
  })
})

describe('what is refused, by the path of each wrong field', () => {
  const container = { image: 'busybox' }
  test.each<[string, unknown, string[]]>([
    ['nothing', undefined, ['']],
    ['an empty body', {}, ['containers']],
    ['both a container and a bundle', { containers: [container], bundle: DIGEST }, ['bundle']],
    ['a name with spaces', { name: 'my web', containers: [container] }, ['name']],
    ['a name of 300 letters', { name: 'a'.repeat(300), containers: [container] }, ['name']],
    ['no name for a bundle', { bundle: DIGEST }, ['name']],
    ['no replicas', { name: 'a', containers: [container], replicas: 0 }, ['replicas']],
    ['replicas below none', { name: 'a', containers: [container], replicas: -1 }, ['replicas']],
    ['a billion replicas', { name: 'a', containers: [container], replicas: 1e9 }, ['replicas']],
    ['half a replica', { name: 'a', containers: [container], replicas: 1.5 }, ['replicas']],
    ['an unknown field', { name: 'a', containers: [container], replica: 2 }, ['replica']],
    ['text that is not JSON', { manifest: '{' }, ['manifest']],
    ['a manifest in a manifest', { manifest: '{"manifest":"{}"}' }, ['manifest']],
    [
      'six wrong fields, all six',
      {
        name: 'A',
        containers: [{ image: '', ports: [{ containerPort: 0 }], resources: { cpu: 'much' } }],
        replicas: 'three',
        onPartition: 'panic',
      },
      [
        'containers.0.image',
        'containers.0.ports.0.containerPort',
        'containers.0.resources.cpu',
        'name',
        'onPartition',
        'replicas',
      ],
    ],
    [
      'a port named twice',
      {
        name: 'a',
        containers: [{ ...container, ports: [{ containerPort: 1 }, { containerPort: 1 }] }],
      },
      ['containers.0.ports.1.containerPort'],
    ],
    [
      'a check of an undeclared port',
      { name: 'a', containers: [container], health: { kind: 'tcp', port: 80 } },
      ['health.port'],
    ],
    [
      'a variable that no shell could set',
      { name: 'a', containers: [{ ...container, env: { '1A': 'x' } }] },
      ['containers.0.env.1A'],
    ],
    [
      'more than the shared state can hold',
      { name: 'a', containers: [container], env: { A: 'x'.repeat(32_000), B: 'x'.repeat(32_000) } },
      ['env'],
    ],
    [
      'too little memory',
      { name: 'a', containers: [container], resources: { memory: '1Mi' } },
      ['resources.memory'],
    ],
  ])('%s', (_, input, paths) => {
    expect(refusal(() => parseWorkload(input))).toEqual(paths)
  })

  test('never throws anything but VALIDATION_ERROR', () => {
    const body = fc.dictionary(
      fc.constantFrom('name', 'containers', 'bundle', 'manifest', 'replicas', 'env', 'health'),
      fc.anything(),
    )
    fc.assert(
      fc.property(fc.oneof(fc.anything(), body), (input) => {
        try {
          parseWorkload(input)
        } catch (error) {
          expect(error).toMatchObject({ code: 'VALIDATION_ERROR' })
        }
      }),
      { seed: 7, numRuns: 500 },
    )
  })
})

describe('a change', () => {
  const workload = parseWorkload({
    name: 'web',
    containers: [{ image: 'a:1', ports: [{ containerPort: 80 }] }],
    health: { kind: 'http' },
  })

  test('of replicas keeps the template, of the image does not', () => {
    const scaled = applyChange(workload, { replicas: 4 })
    expect(scaled.replicas).toBe(4)
    expect(templateOf(scaled)).toBe(templateOf(workload))
    expect(templateOf(applyChange(workload, { image: 'a:2' }))).not.toBe(templateOf(workload))
  })

  test('of the image lets go of the content it was fixed to', () => {
    const fixed = changePart(workload, { source: { image: 'a:1', imageId: 'sha256:1' } })
    expect(applyChange(fixed, { image: 'a:2' }).parts[0].source).toEqual({ image: 'a:2' })
    expect(applyChange(fixed, { replicas: 2 }).parts).toEqual(fixed.parts)
  })

  test('of the ports falls back to a check that is possible', () => {
    const changed = applyChange(workload, { ports: [{ containerPort: 81 }] })
    expect(changed.parts[0].probes).toMatchObject({ live: { kind: 'tcp', port: 81 } })
  })

  test('names every wrong field', () => {
    expect(() => applyChange(workload, { bundle: DIGEST, replicas: 1 })).toThrow(/^bundle: /)
    expect(() => applyChange(workload, { replicas: 0, image: '' })).toThrow(/and 1 more/)
  })
})

describe('a stored workload', () => {
  const workload = parseWorkload({
    name: 'web',
    containers: [{ image: 'a:1', args: ['-v'], ports: [{ containerPort: 80 }] }],
  })

  test('reads back as it was written', () => {
    expect(parseStoredWorkload(storedForm(workload))).toEqual(workload)
    const process = parseWorkload({ name: 'billing', bundle: DIGEST })
    expect(parseStoredWorkload(storedForm(process))).toEqual(process)
  })

  test('is ignored when its kind and source disagree', () => {
    expect(parseStoredWorkload({ ...workload, kind: 'process' })).toBeUndefined()
  })

  test('never throws on hostile values', () => {
    fc.assert(
      fc.property(fc.anything(), fc.string(), (value, key) => {
        parseStoredWorkload(value)
        parseStoredWorkload({ ...workload, [key]: value })
      }),
      { seed: 7, numRuns: 500 },
    )
  })
})
