import { describe, expect, it } from 'vitest'
import { createMetrics } from './index.ts'
import { METRIC_SERIES_MAX } from './limits.ts'

describe('metrics', () => {
  it('are written as Prometheus text, sorted by name, labels escaped', () => {
    const metrics = createMetrics()
    metrics.counter('b_total', 'Second.').add(2, { path: 'a"b\\c\nd' })
    metrics.gauge('a_bytes', 'First.').set(1.5)
    expect(metrics.expose()).toBe(
      '# HELP a_bytes First.\n# TYPE a_bytes gauge\na_bytes 1.5\n' +
        '# HELP b_total Second.\n# TYPE b_total counter\nb_total{path="a\\"b\\\\c\\nd"} 2\n',
    )
  })

  it('are written as OpenMetrics when asked: counters named without _total, an end mark', () => {
    const metrics = createMetrics()
    metrics.counter('b_total', 'Second.').add()
    expect(metrics.expose('openmetrics')).toBe(
      '# HELP b Second.\n# TYPE b counter\nb_total 1\n# EOF\n',
    )
  })

  it('count by upper bound, each class with those below it, in both formats', () => {
    const metrics = createMetrics()
    const histogram = metrics.histogram('a_seconds', 'A.', [0.1, 1])
    histogram.set([2, 1, 4], 9.5, { of: 'web' })
    for (const text of [metrics.expose(), metrics.expose('openmetrics')]) {
      expect(text).toContain('# TYPE a_seconds histogram\n')
      expect(text).toContain(
        'a_seconds_bucket{le="0.1",of="web"} 2\na_seconds_bucket{le="1",of="web"} 3\n' +
          'a_seconds_bucket{le="+Inf",of="web"} 7\na_seconds_sum{of="web"} 9.5\n' +
          'a_seconds_count{of="web"} 7\n',
      )
    }
    histogram.clear()
    expect(metrics.expose()).not.toContain('web')
  })

  it('share one family between all who name it, and refuse another type', () => {
    const metrics = createMetrics()
    metrics.counter('a_total', 'A.').add(1)
    metrics.counter('a_total', 'A.').add(2)
    expect(metrics.expose()).toContain('a_total 3\n')
    expect(() => metrics.gauge('a_total', 'A.')).toThrow(/already a counter/)
  })

  it('do not grow without end when a label is not from a closed set', () => {
    const metrics = createMetrics()
    const counter = metrics.counter('a_total', 'A.')
    for (let i = 0; i < METRIC_SERIES_MAX + 10; i++) counter.add(1, { id: String(i) })
    expect(metrics.expose().match(/^a_total\{/gm)).toHaveLength(METRIC_SERIES_MAX)
  })

  it('ask for what is cheaper to ask for than to keep, at each reading', () => {
    const metrics = createMetrics()
    const gauge = metrics.gauge('a', 'A.')
    let asked = 0
    const stop = metrics.onCollect(() => gauge.set(++asked))
    expect(metrics.expose()).toContain('a 1\n')
    stop()
    expect(metrics.expose()).toContain('a 1\n')
  })
})
