/**
 * What still runs of workloads that nobody wants any more. The list shows it until no node tells of
 * an instance: nothing runs that the list does not show.
 */

import type { DesiredRecord } from '../../work/desired/index.ts'
import type { PlacementInput } from '../../work/placement/index.ts'
import { type WorkloadStatus, workloadStatus } from '../../work/reconcile/index.ts'
import { DEFAULT_GRACE_MS, DEFAULT_RESTART, edgeOf, type Instance } from '../../work/spec/index.ts'
import type { WorkloadView } from '../contract/index.ts'
import { isLost } from './in-sight.ts'
import type { NetworkParts } from './index.ts'
import { instanceViews, ownerNameOf } from './workload-view.ts'

/** By workload. A node that said goodbye or was removed has ended what it ran for this network. */
export function unwantedNow(
  { membership }: NetworkParts,
  { workloads, instances }: PlacementInput,
): Map<string, Instance[]> {
  const wanted = new Set(workloads.map(({ workload }) => workload.name))
  const left = instances.filter(({ workload, node }) => {
    const liveness = membership.get(node)?.liveness
    return !wanted.has(workload) && liveness !== undefined && liveness !== 'left'
  })
  return Map.groupBy(left, ({ workload }) => workload)
}

/** As much as the instances still tell; what was wanted of them is gone with its record. */
export function unwantedView(
  parts: NetworkParts,
  name: string,
  instances: readonly Instance[],
  longName?: string,
): WorkloadView {
  const record = parts.desired.recordOf(name)
  const [first] = instances
  const owner = parts.desired.ownerOf(name) ?? (first && parts.membership.get(first.node)?.owner)
  const generations = instances.map(({ generation }) => generation)
  const seen = instances.map((instance) => ({ instance, lost: isLost(parts, instance) }))
  const leaving = workloadStatus(undefined, seen)
  return {
    name,
    ...(longName !== undefined && { longName }),
    // An older node does not tell it.
    kind: instances.find(({ kind }) => kind !== undefined)?.kind ?? 'container',
    replicas: 0,
    running_instances: 0,
    generation: Math.max(0, ...generations),
    owner: { id: owner ?? '', name: owner ? ownerNameOf(parts, owner) : '' },
    parts: [],
    ports: [],
    labels: {},
    resources: { cpuMillis: 0, memoryBytes: 0 },
    placement: { spread: 'node', apart: [], near: [] },
    rollout: { kind: 'rolling', atOnce: 1, paused: false },
    uses: [],
    secrets: [],
    restart: DEFAULT_RESTART,
    graceMs: DEFAULT_GRACE_MS,
    onPartition: 'heal',
    priority: 0,
    edge: edgeOf({}),
    egress: 'none',
    published: [],
    instances: instanceViews(parts, instances),
    ...statusFor(record, leaving),
  }
}

function statusFor(
  record: DesiredRecord,
  { status, conditions }: WorkloadStatus,
): Pick<WorkloadView, 'status' | 'conditions'> {
  switch (record) {
    case 'none':
    case 'ended':
      return { status, conditions }
    case 'unreadable':
      return { status: 'Degraded', conditions: [UNREADABLE] }
    case 'unknown':
      return { status: 'Degraded', conditions: [UNKNOWN] }
  }
}

const UNKNOWN = {
  code: 'UNKNOWN',
  message: 'This node has not heard from the registry what is wanted of it. What runs of it stays.',
}

const UNREADABLE = {
  code: 'UNREADABLE',
  message: 'A newer version of Mycelium wrote what is wanted of it. What runs of it stays.',
}
