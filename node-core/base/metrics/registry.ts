import { assert } from '../errors/index.ts'
import type { Counter, Gauge, Histogram, Labels, Metrics } from './index.ts'
import { METRIC_SERIES_MAX } from './limits.ts'

interface Family {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  /** Label text (`{code="200"}` or nothing) to value; of a histogram behind the sample's suffix. */
  series: Map<string, number>
}

export function createMetrics(): Metrics {
  const families = new Map<string, Family>()
  const collectors = new Set<() => void>()
  const preparers = new Set<() => Promise<void>>()

  const family = (name: string, help: string, type: Family['type']): Family => {
    assert(/^[a-z][a-z0-9_]*$/.test(name), `Bad metric name: ${name}`)
    const known = families.get(name)
    if (known) {
      assert(known.type === type, `Metric ${name} is already a ${known.type}.`)
      return known
    }
    const created: Family = { name, help, type, series: new Map() }
    families.set(name, created)
    return created
  }

  return {
    counter: (name, help) => counterOf(family(name, help, 'counter')),
    gauge: (name, help) => gaugeOf(family(name, help, 'gauge')),
    histogram: (name, help, bounds) => histogramOf(family(name, help, 'histogram'), bounds),
    onCollect(collect) {
      collectors.add(collect)
      return () => collectors.delete(collect)
    },
    onPrepare(prepare) {
      preparers.add(prepare)
      return () => preparers.delete(prepare)
    },
    async prepare() {
      await Promise.all([...preparers].map((prepare) => prepare()))
    },
    expose(format = 'prometheus') {
      for (const collect of collectors) collect()
      const sorted = [...families.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
      const text = sorted.map((each) => familyText(each, format)).join('')
      return format === 'openmetrics' ? `${text}# EOF\n` : text
    },
  }
}

function counterOf({ name, series }: Family): Counter {
  return {
    add(by = 1, labels = {}) {
      assert(by >= 0, `Counter ${name} cannot go down.`)
      const key = labelText(labels)
      if (room(series, key)) series.set(key, (series.get(key) ?? 0) + by)
    },
  }
}

function gaugeOf({ series }: Family): Gauge {
  return {
    set(value, labels = {}) {
      const key = labelText(labels)
      if (room(series, key)) series.set(key, value)
    },
    clear: () => series.clear(),
  }
}

function histogramOf({ name, series }: Family, bounds: readonly number[]): Histogram {
  return {
    set(counts, sum, labels = {}) {
      assert(counts.length === bounds.length + 1, `${name} has ${bounds.length + 1} classes.`)
      if (!room(series, `_count${labelText(labels)}`)) return
      let below = 0
      for (const [index, count] of counts.entries()) {
        below += count
        const le = index < bounds.length ? String(bounds[index]) : '+Inf'
        series.set(`_bucket${labelText({ ...labels, le })}`, below)
      }
      series.set(`_sum${labelText(labels)}`, sum)
      series.set(`_count${labelText(labels)}`, below)
    },
    clear: () => series.clear(),
  }
}

/** A label that is not from a closed set must not grow memory for ever. */
function room(series: Map<string, number>, key: string): boolean {
  return series.has(key) || series.size < METRIC_SERIES_MAX
}

function labelText(labels: Labels): string {
  const parts = Object.keys(labels)
    .sort()
    .map((name) => `${name}="${escapeLabel(labels[name] ?? '')}"`)
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function familyText(family: Family, format: 'prometheus' | 'openmetrics'): string {
  // OpenMetrics names a counter's family without the `_total` its samples carry.
  const name = format === 'openmetrics' ? family.name.replace(/_total$/, '') : family.name
  const lines = [`# HELP ${name} ${family.help}`, `# TYPE ${name} ${family.type}`]
  for (const [labels, value] of family.series) lines.push(`${family.name}${labels} ${value}`)
  return `${lines.join('\n')}\n`
}
