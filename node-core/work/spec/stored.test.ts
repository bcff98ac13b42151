import { expect, test } from 'vitest'
import { parseNodeId } from '../../base/net/index.ts'
import type { StateRecord } from '../../control/state/index.ts'
import { desiredOf, parseStoredWorkload, parseWorkload, storedForm, workloadKey } from './index.ts'

const WEB = parseWorkload({ name: 'web', containers: [{ image: 'a' }] })
const ADA = 'a'.repeat(64) as StateRecord['owner']
const ADMIN = 'b'.repeat(64) as StateRecord['owner']
const record: StateRecord = {
  key: workloadKey('web'),
  value: storedForm(WEB),
  author: parseNodeId('1'.repeat(64))!,
  owner: ADA,
  incarnation: 1,
  counter: 1,
  generation: 2,
}

test('a workload reads back as it was written', () => {
  expect(desiredOf(record)).toEqual({ workload: WEB, owner: ADA, generation: 2 })
})

test('stays with the owner that took the name when an admin changes it', () => {
  expect(desiredOf({ ...record, owner: ADMIN, claim: ADA })?.owner).toBe(ADA)
})

test('a record under another name than its own is not one', () => {
  expect(desiredOf({ ...record, key: workloadKey('other') })).toBeUndefined()
})

/** As much of the model as one workload can say. */
const RICH = {
  name: 'rich',
  labels: { team: 'garden' },
  containers: [
    {
      ...{
        image: 'a',
        user: '1000',
        workingDir: '/srv',
        stopSignal: 'SIGQUIT' as const,
        scratch: [{ path: '/tmp' }],
        env: { A: 'b' },
      },
      ports: [{ containerPort: 80 }],
      resources: { cpu: 1, gpus: 1, disk: '2Gi' },
      probes: {
        startup: { kind: 'http' as const },
        live: { kind: 'tcp' as const },
        ready: { kind: 'command' as const, command: ['true'] },
      },
      files: [{ path: '/etc/a', content: 'b' }],
    },
  ],
  rollout: { kind: 'canary', steps: [{ share: 5, forMs: 60_000 }] },
  autoscale: {
    ...{ min: 0, max: 3, queue: { key: 'rich/jobs', perCopy: 2 }, ceiling: { cpu: 8 } },
  },
  uses: [{ name: 'db', as: 'db' }],
  secrets: [{ name: 'rich/password', env: 'PASSWORD' }],
  priority: 'high',
  disruption: { maxUnavailable: 1 },
  edge: {
    access: { owners: ['a'.repeat(64)] },
    rate: { perMinute: 60 },
    tcp: [{ port: 15_000, containerPort: 80 }],
  },
  egress: [
    { host: 'example.org', ports: [443] },
    { address: '203.0.113.0/24', ports: [53], protocol: 'udp' },
  ],
}
const SHELF = {
  ...{ name: 'shelf', volumes: [{ name: 'data' }] },
  containers: [{ image: 'a', mounts: [{ volume: 'data', path: '/data' }] }],
}
const JOB = { name: 'job', containers: [{ image: 'a' }], job: { schedule: { cron: '@daily' } } }
/** These hold what people call things, and no fields. */
const NAMES_OF_PEOPLE = ['env', 'labels', 'nodeSelector']

test.each([
  ['one that serves', RICH],
  ['one that keeps data', SHELF],
  ['a job', JOB],
  ['a program', { name: 'program', bundle: `sha256:${'a'.repeat(64)}` }],
])('a field that a newer release has put anywhere into %s is not passed over', (_, manifest) => {
  const stored = storedForm(parseWorkload(manifest))
  expect(parseStoredWorkload(stored)).toBeDefined()
  let places = 0
  const plant = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return
    for (const [name, inner] of Object.entries(value)) {
      if (!NAMES_OF_PEOPLE.includes(name)) plant(inner, `${path}.${name}`)
    }
    if (Array.isArray(value)) return
    places++
    Reflect.set(value, 'ofNextYear', 1)
    expect([path, parseStoredWorkload(stored)]).toEqual([path, undefined])
    Reflect.deleteProperty(value, 'ofNextYear')
  }
  plant(stored, '')
  expect(places).toBeGreaterThan(8)
  expect(parseStoredWorkload(stored)).toBeDefined()
})
