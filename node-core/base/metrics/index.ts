/**
 * A small registry of metrics, written as Prometheus text or OpenMetrics. Names end in their unit
 * (`_seconds`, `_bytes`, `_total`); labels come from closed sets. Cores do not measure; their
 * drivers do.
 *
 *     const requests = metrics.counter('mycelium_edge_requests_total', 'Requests answered.')
 *     requests.add(1, { code: '200' })
 */
export interface Metrics {
  counter(name: string, help: string): Counter
  gauge(name: string, help: string): Gauge
  /** Counts by upper bound; what was counted elsewhere is told at each reading. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram
  /** Runs before each reading, to set gauges that are cheaper to ask for than to keep. */
  onCollect(collect: () => void): () => void
  /** As `onCollect`, for what has to be waited for. */
  onPrepare(prepare: () => Promise<void>): () => void
  /** To be waited for before a reading. */
  prepare(): Promise<void>
  /** The text of every metric, sorted by name. */
  expose(format?: 'prometheus' | 'openmetrics'): string
}

export type Labels = Readonly<Record<string, string>>

export interface Counter {
  /** `by` is never negative. */
  add(by?: number, labels?: Labels): void
}

export interface Gauge {
  set(value: number, labels?: Labels): void
  /** Forgets every series, before it is set anew. */
  clear(): void
}

export interface Histogram {
  /** How many fell in each class, one more than there are bounds, and their sum. */
  set(counts: readonly number[], sum: number, labels?: Labels): void
  /** Forgets every series, before it is set anew. */
  clear(): void
}

export { createMetrics } from './registry.ts'
