/** A plan for 1,000 instances on 100 nodes: from nothing, and once all of them run and one node is lost. */
import { place } from '../node-core/work/placement/index.ts'
import { desired, input, instance, node } from '../node-core/work/placement/testing/worlds.ts'
import type { Bench, Row } from './report.ts'

const NODES = 100
const WORKLOADS = 10
const REPLICAS = 100
const ROUNDS = 20
const AIM_MS = 1_000

export const placementBench: Bench = {
  name: 'placement',
  title: '1,000 instances on 100 nodes',
  unavailable: () => undefined,
  run: async () => [firstPlan(), afterALoss()],
}

const nodes = Array.from({ length: NODES }, (_, index) => node(index + 1))
const workloads = Array.from({ length: WORKLOADS }, (_, index) =>
  desired(`web-${index}`, { replicas: REPLICAS }),
)

function firstPlan(): Row {
  return rowOf('a plan from nothing', () => {
    return place(input({ nodes, workloads })).assignments.size
  })
}

function afterALoss(): Row {
  const instances = workloads.flatMap((workload) =>
    Array.from({ length: REPLICAS }, (_, index) => instance(workload, index, (index % NODES) + 1)),
  )
  const [lost, ...rest] = nodes
  if (!lost) throw new Error('There is no node.')
  const left = [{ ...lost, left: true }, ...rest]
  return rowOf('a plan when one of them has left', () => {
    return place(input({ nodes: left, workloads, instances })).assignments.size
  })
}

/** One processor; the middle and the worst of the rounds, the first of which V8 has not compiled. */
function rowOf(what: string, plan: () => number): Row {
  const tookMs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const startedMs = performance.now()
    const placed = plan()
    tookMs.push(performance.now() - startedMs)
    if (placed !== WORKLOADS * REPLICAS) throw new Error(`${placed} were placed.`)
  }
  tookMs.sort((a, b) => a - b)
  const [middle = 0, worst = 0] = [tookMs[ROUNDS / 2], tookMs[ROUNDS - 1]]
  return {
    what,
    ours: `${middle.toFixed(0)} ms, ${worst.toFixed(0)} at worst`,
    ...{ peer: '', aim: '≤ 1 s', met: worst <= AIM_MS },
  }
}
