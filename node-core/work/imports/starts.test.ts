/** How long what is brought may take to start, beside where it comes from. */
import { expect, test } from 'vitest'
import { importText } from './index.ts'

const ask = 'tcpSocket: { port: 80 }'
const pod = (probes: string) => {
  const text = `{ apiVersion: v1, kind: Pod, metadata: { name: x }, spec: { containers: [{ image: a, ${probes} }] } }`
  const { workloads, report } = importText({ text })
  return { probes: workloads[0]?.containers[0]?.probes, codes: report.map(({ code }) => code) }
}
const service = (check: string) => {
  const text = `services: { x: { image: a, healthcheck: { test: [CMD, ok], ${check} } } }`
  return importText({ text }).workloads[0]?.containers[0]?.probes
}

test('a startup probe that begins late has as many failures more', () => {
  const { probes, codes } = pod(
    `startupProbe: { ${ask}, initialDelaySeconds: 60, periodSeconds: 10, failureThreshold: 3 }`,
  )
  expect(probes?.startup).toMatchObject({ periodMs: 10_000, failures: 9 })
  expect(codes).toContain('probe-times')
})

test.each([
  ['initialDelaySeconds: 300', 330_000],
  ['failureThreshold: 60', 600_000],
])('a liveness probe with %s alone lets a start take as long', (times, withinMs) => {
  const { probes, codes } = pod(`livenessProbe: { ${ask}, ${times} }`)
  const { periodMs = 0, failures = 0 } = probes?.startup ?? {}
  expect(periodMs * (failures - 1)).toBe(withinMs)
  expect(periodMs).toBeLessThanOrEqual(5_000)
  expect(codes).toContain('probe-times')
})

test('nothing is added where two minutes are enough, or a startup probe says it', () => {
  expect(pod(`livenessProbe: { ${ask}, initialDelaySeconds: 5 }`).probes).not.toHaveProperty(
    'startup',
  )
  const both = `livenessProbe: { ${ask}, initialDelaySeconds: 300 }, startupProbe: { ${ask} }`
  expect(pod(both).probes?.startup).toMatchObject({ periodMs: 10_000, failures: 3 })
})

test.each([
  ['interval: 1m30s, start_period: 40s, start_interval: 5s', 5_000, 310_000],
  ['interval: 1m, start_period: 4m', 5_000, 420_000],
  ['interval: 3s, start_period: 4m, retries: 10', 3_000, 270_000],
])(
  'a start of Docker’s is asked often, and not held back for an interval: %s',
  (check, periodMs, withinMs) => {
    const startup = service(check)?.startup
    expect(startup?.periodMs).toBe(periodMs)
    expect(periodMs * ((startup?.failures ?? 0) - 1)).toBe(withinMs)
  },
)

test('and needs no word of its own where every start has as long', () => {
  expect(service('interval: 10s, start_period: 40s')).not.toHaveProperty('startup')
})
