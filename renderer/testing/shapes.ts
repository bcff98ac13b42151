/** Nodes, workloads and instances with sensible parts, to be changed where a test cares. */
import type { ClusterNode, InstanceView, WorkloadView } from '../../node-core/api/contract/index.ts'

const GIB = 1024 ** 3
const MIB = 1024 ** 2
export const minutesAgo = (minutes: number): string =>
  new Date(Date.now() - minutes * 60_000).toISOString()

/** A stable id of 64 hex digits from a name. */
export function idOf(name: string): string {
  let text = ''
  for (let seed = 7; text.length < 64; seed += 13) {
    let hash = seed
    for (const letter of name) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0
    text += hash.toString(16).padStart(8, '0')
  }
  return text.slice(0, 64)
}

export const CAPACITY = { cpuMillis: 4_000, memoryBytes: 8 * GIB, diskBytes: 120 * GIB }

type NodeShape = Partial<ClusterNode> & { name: string; links?: ClusterNode['links'] }

export function makeNode(shape: NodeShape): ClusterNode {
  return {
    id: idOf(shape.name),
    address: '/ip4/192.168.1.20/tcp/4000',
    status: 'Ready',
    liveness: 'alive',
    role: 'rhizomorph',
    owner: { id: 'did:key:z6MkAda', name: 'Ada' },
    labels: {},
    capacity: CAPACITY,
    allocatable: { cpuMillis: 3_250, memoryBytes: 6 * GIB, diskBytes: 97 * GIB },
    kinds: ['container', 'process'],
    instances: 1,
    links: [],
    version: '0.1.0',
    self: false,
    ...shape,
  }
}

export function makeInstance(shape: Partial<InstanceView> & { nodeName: string }): InstanceView {
  const index = shape.index ?? 0
  return {
    id: `${shape.nodeName}-${index}`,
    index,
    node: idOf(shape.nodeName),
    status: 'Running',
    health: 'healthy',
    endpoint: '127.0.0.1:49153',
    startedAt: minutesAgo(42 + index * 7),
    restarts: 0,
    lost: false,
    ...shape,
  }
}

const AMOUNTS = { cpuMillis: 500, memoryBytes: 256 * MIB }

export function makeWorkload(shape: Partial<WorkloadView> & { name: string }): WorkloadView {
  const instances = shape.instances ?? []
  const serving = instances.filter(
    (each) => each.status === 'Running' && !each.lost && !each.unassigned,
  )
  return {
    kind: 'container',
    replicas: instances.length,
    running_instances: serving.length,
    status: 'Running',
    generation: 1,
    owner: { id: 'did:key:z6MkAda', name: 'Ada' },
    image: `${shape.name}:1.2`,
    parts: [
      {
        name: 'main',
        image: `${shape.name}:1.2`,
        ports: [{ containerPort: 8080 }],
        resources: { requests: AMOUNTS, limits: AMOUNTS },
        probes: { live: { kind: 'tcp', port: 8080 } },
      },
    ],
    ports: [{ containerPort: 8080 }],
    labels: {},
    resources: AMOUNTS,
    placement: { spread: 'node', apart: [], near: [] },
    rollout: { kind: 'rolling', atOnce: 1, paused: false },
    uses: [],
    secrets: [],
    restart: { when: 'always', backoffMs: 1_000, backoffMsMax: 60_000 },
    graceMs: 5_000,
    onPartition: 'heal',
    priority: 0,
    edge: { access: 'public', tcp: [], answerMs: 120_000, idleMs: 3_600_000 },
    egress: 'none',
    published: [],
    url: `http://${shape.name}.localhost:8080/`,
    secureUrl: `https://${shape.name}.elm-street.localhost:8443/`,
    instances,
    conditions: [],
    ...shape,
  }
}
