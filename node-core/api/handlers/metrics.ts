import type { Metrics } from '../../base/metrics/index.ts'
import type { PieceTraffic } from '../../storage/blobs/index.ts'
import { type EdgeCounts, LATENCY_BOUNDS_MS } from '../../work/edge/index.ts'
import type { ApiDeps, NetworkParts } from './index.ts'
import { presentNodes } from './present.ts'
import { primaryCollector } from './primary-metrics.ts'
import { collectUsage } from './usage.ts'

/** What the node tells of itself to whoever measures it; asked for at each reading, never kept. */
export function collectMetrics({ metrics, network, node, clock }: ApiDeps): void {
  const startedMs = clock.monotonicMs()
  const memory = metrics.gauge('process_resident_memory_bytes', 'Memory of the process.')
  const heap = metrics.gauge('nodejs_heap_used_bytes', 'Memory that JavaScript values take.')
  const cpu = metrics.counter('process_cpu_seconds_total', 'CPU time of the process.')
  const busy = metrics.gauge('nodejs_eventloop_utilization_ratio', 'Busy share of the main thread.')
  const uptime = metrics.gauge('mycelium_uptime_seconds', 'Time since the node started.')
  const version = metrics.gauge('mycelium_version_info', 'Always 1; the label says which.')
  const peers = metrics.gauge('mycelium_peers', 'Live connections to admitted peers.')
  const nodes = metrics.gauge('mycelium_nodes', 'Nodes of the network, as this node sees them.')
  const workloads = metrics.gauge('mycelium_workloads', 'Workloads wanted.')
  const instances = metrics.gauge('mycelium_instances', 'Instances in the whole network.')
  const records = metrics.gauge('mycelium_state_records', 'Live records of the shared state.')
  const collectEdge = edgeCollector(metrics)
  const collectPieces = pieceCollector(metrics)
  const collectPrimary = primaryCollector(metrics)
  collectUsage(metrics, network)

  let countedMicros = 0
  let loop = performance.eventLoopUtilization()
  metrics.onCollect(() => {
    const { rss, heapUsed } = process.memoryUsage()
    memory.set(rss)
    heap.set(heapUsed)
    const { user, system } = process.cpuUsage()
    cpu.add((user + system - countedMicros) / 1e6)
    countedMicros = user + system
    const now = performance.eventLoopUtilization()
    busy.set(performance.eventLoopUtilization(now, loop).utilization)
    loop = now
    uptime.set((clock.monotonicMs() - startedMs) / 1_000)
    version.set(1, { version: node.version })

    const parts = network()
    peers.set(parts ? parts.mesh.connected().length : 0)
    const input = parts?.placementInput()
    workloads.set(input?.workloads.length ?? 0)
    nodes.clear()
    for (const [liveness, some] of group(parts ? presentNodes(parts) : [], (one) => one.liveness)) {
      nodes.set(some, { liveness })
    }
    instances.clear()
    for (const [status, some] of group(input?.instances ?? [], (one) => one.status)) {
      instances.set(some, { status })
    }
    for (const space of ['net', 'node']) {
      records.set(parts?.state.list(`${space}/`).length ?? 0, { of: space })
    }
    collectEdge(parts)
    collectPieces(parts)
    collectPrimary(parts)
  })
}

function pieceCollector(metrics: Metrics): (parts: NetworkParts | undefined) => void {
  const bytes = metrics.counter(
    'mycelium_pieces_bytes_total',
    'Pieces of images and bundles, as they went over the wire.',
  )
  let blobs: NetworkParts['blobs'] | undefined
  let told: PieceTraffic = { sentBytes: 0, receivedBytes: 0 }
  return (parts) => {
    if (blobs !== parts?.blobs) told = { sentBytes: 0, receivedBytes: 0 }
    blobs = parts?.blobs
    const { sentBytes, receivedBytes } = blobs?.traffic() ?? told
    bytes.add(sentBytes - told.sentBytes, { direction: 'sent' })
    bytes.add(receivedBytes - told.receivedBytes, { direction: 'received' })
    told = { sentBytes, receivedBytes }
  }
}

/** An edge counts from its own start; what is told goes on through one that takes its place. */
function edgeCollector(metrics: Metrics): (parts: NetworkParts | undefined) => void {
  const requests = metrics.counter('mycelium_edge_requests_total', 'Requests and upgrades.')
  const retries = metrics.counter('mycelium_edge_retries_total', 'Attempts on another endpoint.')
  const refusals = metrics.counter('mycelium_edge_refusals_total', 'Answers of the edge itself.')
  const open = metrics.gauge('mycelium_edge_open_requests', 'Requests and upgrades under way.')
  const answers = metrics.gauge('mycelium_edge_answers', 'By workload, since the edge began.')
  const latency = metrics.histogram(
    'mycelium_edge_request_seconds',
    'From a request to the end of its answer, by workload.',
    LATENCY_BOUNDS_MS.map((ms) => ms / 1_000),
  )
  const nothing: EdgeCounts = { requests: 0, open: 0, retries: 0, refusals: 0 }
  let edge: NetworkParts['edge'] | undefined
  let told = nothing
  return (parts) => {
    if (edge !== parts?.edge) told = nothing
    edge = parts?.edge
    const counts = edge?.counts() ?? nothing
    requests.add(counts.requests - told.requests)
    retries.add(counts.retries - told.retries)
    refusals.add(counts.refusals - told.refusals)
    open.set(counts.open)
    told = counts
    answers.clear()
    latency.clear()
    for (const [workload, { byClass, buckets, sumMs }] of edge?.traffic() ?? []) {
      for (const [index, count] of byClass.entries()) {
        if (count > 0) answers.set(count, { workload, class: `${index + 1}xx` })
      }
      latency.set(buckets, sumMs / 1_000, { workload })
    }
  }
}

function group<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}
