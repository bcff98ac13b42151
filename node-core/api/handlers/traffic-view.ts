import { quantileMs, type Traffic } from '../../work/edge/index.ts'
import type { WorkloadView } from '../contract/index.ts'

/** What this node's edge took in for a workload. */
export function trafficView(traffic: Traffic | undefined): WorkloadView['traffic'] {
  const [p50Ms, p99Ms] = [0.5, 0.99].map((share) => traffic && quantileMs(traffic, share))
  if (!traffic || p50Ms === undefined || p99Ms === undefined) return undefined
  const requests = traffic.byClass.reduce((sum, count) => sum + count, 0)
  return { requests, errors: traffic.byClass[4] ?? 0, p50Ms, p99Ms }
}
