import { describe, expect, it } from 'vitest'
import { differencesOf, parseWorkload } from '../../../node-core/work/spec/index.ts'
import { createText } from '../../i18n/index.ts'
import { fieldText, valueText } from './field-words.ts'

const { t } = createText('en')
const times = { periodMs: 1_000, timeoutMs: 500, failures: 2 }

/** Between them all that a manifest can say. */
const SERVES = {
  ...{ name: 'web', replicas: 3, labels: { 'a.b/tier': 'front' }, nodeSelector: { disk: 'ssd' } },
  placement: { spread: 'site', apart: ['db'], near: ['cache'] },
  rollout: { atOnce: 2, paused: true },
  ...{ uses: ['db'], secrets: [{ name: 'web/key', env: 'KEY' }], graceMs: 5_000 },
  restart: { when: 'onFailure', atMost: 3, backoffMs: 2_000, backoffMsMax: 9_000 },
  ...{ onPartition: 'keep', priority: 'high', disruption: { minAvailable: 1 }, egress: 'all' },
  volumes: [{ name: 'data', size: '1Gi', ifLost: 'empty' }],
  edge: {
    ...{ access: 'members', rate: { perMinute: 60, burst: 9 }, answerMs: 9_000, idleMs: 9_000 },
    ...{ tcp: [{ port: 5_000, containerPort: 80 }], https: 'redirect' },
  },
  containers: [
    {
      ...{ name: 'app', image: 'web:1', command: ['run'], args: ['x'], env: { A: '1' } },
      ports: [{ containerPort: 80 }],
      resources: { cpu: '1', memory: '1Gi', disk: '1Gi', limits: { cpu: '2', memory: '2Gi' } },
      probes: {
        startup: { kind: 'tcp', port: 80, ...times },
        live: { kind: 'http', path: '/well', port: 80, ...times },
        ready: { kind: 'command', command: ['check'], ...times },
      },
      ...{ mounts: [{ volume: 'data', path: '/data' }], user: '1000', workingDir: '/srv' },
      ...{ readOnlyRoot: true, stopSignal: 'SIGINT', scratch: [{ path: '/tmp' }] },
      files: [{ path: '/etc/web.conf', content: 'a' }],
    },
  ],
}
const SCALES = {
  ...{ name: 'web', bundle: `sha256:${'a'.repeat(64)}`, ports: [{ containerPort: 80 }] },
  autoscale: {
    ...{ min: 0, max: 4, requestsPerSecond: 5, p99Ms: 90, cpuPercent: 50 },
    queue: { key: 'web/jobs', perCopy: 3 },
    ...{ upAfterMs: 9_000, downAfterMs: 90_000, idleMs: 90_000, wakeMs: 9_000 },
    ceiling: { cpu: '4', memory: '4Gi' },
  },
  rollout: { kind: 'canary', steps: [{ share: 10, forMs: 60_000 }] },
  ...{ disruption: { maxUnavailable: 1 }, egress: [{ host: 'a.example', ports: [443] }] },
}
const RUNS = {
  ...{ name: 'web', containers: [{ image: 'web:1', resources: { gpus: 1 } }] },
  job: {
    ...{ completions: 3, parallelism: 2, retries: 5, deadlineMs: 90_000, lostAfterMs: 90_000 },
    schedule: {
      ...{ cron: '0 3 * * *', timeZone: 'Europe/Berlin', overlap: 'replace' },
      ...{ startWithinMs: 90_000, paused: true },
    },
  },
}
const PLAIN = { name: 'web', containers: [{ name: 'other', image: 'web:1' }] }

describe('the fields of a workload', () => {
  it('all have words', () => {
    const plain = parseWorkload(PLAIN)
    const paths = [SERVES, SCALES, RUNS].flatMap((body) => {
      return differencesOf(plain, { ...parseWorkload(body), restarted: 1 }).map(({ path }) => path)
    })
    expect(paths.length).toBeGreaterThan(80)
    expect(paths.filter((path) => fieldText(path, t) === undefined)).toEqual([])
  })

  it('are called by their container and their own name where they have one', () => {
    expect(fieldText('containers.app.env.LOG_LEVEL', t)).toBe('app: variable LOG_LEVEL')
    expect(fieldText('files./etc/web.conf', t)).toBe('file /etc/web.conf')
    expect(fieldText('labels.a.b/tier', t)).toBe('label a.b/tier')
    expect(fieldText('probes.live.periodMs', t)).toBe('check whether it is alive: how often')
  })

  it('are told by their path where nobody has words for it', () => {
    expect(fieldText('weather', t)).toBeUndefined()
    expect(fieldText('replicasToo', t)).toBeUndefined()
    expect(fieldText('probes.live.mood', t)).toBeUndefined()
  })
})

it.each([
  ['graceMs', '90000', '1 minute, 30 seconds'],
  ['probes.live.timeoutMs', '500', '500 ms'],
  ['restart.backoffMsMax', '60000', '1 minute'],
  ['resources.requests.memoryBytes', '268435456', '256 MiB'],
  ['resources.limits.cpuMillis', '1500', '1.5 cores'],
  ['edge.access', '"members"', 'members'],
  ['replicas', '3', '3'],
  ['env.A', '…', '…'],
  ['ports', '[{"containerPort":80', '[{"containerPort":80'],
])('says the value of %s %s as %s', (path, value, said) => {
  expect(valueText(path, value, 'en', t)).toBe(said)
})
