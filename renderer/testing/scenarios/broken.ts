import type { ClusterNode } from '../../../node-core/api/contract/index.ts'
import { idOf, makeInstance, makeWorkload, minutesAgo } from '../shapes.ts'
import { members } from './busy.ts'
import { busyNodes } from './nodes.ts'
import { brokenProposals } from './proposals.ts'
import type { Scenario } from './scenario.ts'
import { makeStatus, primaryOf } from './status.ts'

const NO_QUORUM = {
  code: 'NO_QUORUM',
  message: 'No majority of the committee is in reach: nothing can be written.',
}

const ENGINE_MISSING = {
  code: 'ENGINE_UNAVAILABLE',
  message: 'No container engine answers on this computer. Install Docker, or start it.',
}

/** It shares, and votes for now. */
const PART = { role: 'rhizomorph', backbone: 'dynamic' } as const

/** Two of three that keep the registry are gone, no engine answers, and work waits or fails. */
export function brokenScenario(): Scenario {
  const nodes = busyNodes().map((node): ClusterNode => {
    const quiet = node.committee && { committee: { role: 'voter' as const } }
    if (quiet && node.name === 'attic') return { ...node, ...quiet, ...PART }
    if (quiet) return { ...node, ...quiet, liveness: 'dead', status: 'NotReady' }
    if (node.name === 'library-1') return { ...node, liveness: 'suspect', status: 'NotReady' }
    return node
  })
  const { leader: _, leaderName: __, ...leaderless } = primaryOf({ role: 'voter', inForce: false })
  const status = makeStatus({
    ...{ degraded: [ENGINE_MISSING, NO_QUORUM], peers: 2, primary: leaderless },
    ...PART,
  })
  status.node.kinds = [
    { kind: 'container', ok: false, reason: ENGINE_MISSING },
    { kind: 'process', ok: true },
  ]
  const noRoom = { code: 'NO_NODE', message: 'No node has 16 cores free.' }
  return {
    status,
    nodes,
    secrets: [],
    volumes: [],
    leftVolumes: [],
    audit: [],
    proposals: brokenProposals(),
    reclaimableBytes: 0,
    members: [
      ...members(),
      {
        owner: 'did:key:z6MkCleo',
        name: 'Cleo',
        state: 'waiting',
        permissions: [],
        founder: false,
        nodes: [idOf('cleo')],
        since: minutesAgo(12),
      },
      {
        owner: 'did:key:z6MkDan',
        name: 'Dan',
        state: 'removed',
        permissions: [],
        founder: false,
        nodes: [],
        since: minutesAgo(600),
      },
    ],
    versions: {},
    runs: {},
    keptLogs: {},
    workloads: [
      makeWorkload({
        name: 'notes',
        status: 'Degraded',
        instances: [
          makeInstance({
            ...{ nodeName: 'attic', index: 0, restarts: 1 },
            lastEnd: {
              ...{ at: minutesAgo(43), exitCode: 137, code: 'MEMORY_EXCEEDED' },
              message: 'It took 257Mi where it may have 256Mi, and was ended.',
            },
          }),
          makeInstance({ nodeName: 'ben-workshop', index: 1, lost: true }),
          makeInstance({ nodeName: 'kitchen-laptop', index: 1, unassigned: true }),
          makeInstance({
            nodeName: 'kitchen-laptop',
            index: 2,
            status: 'Failed',
            health: 'unhealthy',
            restarts: 6,
            reason: { code: 'EXITED', message: 'It ended with code 1: cannot bind to port 8080.' },
          }),
        ],
        replicas: 3,
        conditions: [
          { code: 'DEGRADED', message: '1 of 3 copies serves. A new one is tried again in 40 s.' },
        ],
      }),
      makeWorkload({ name: 'renderfarm', status: 'Pending', replicas: 2, conditions: [noRoom] }),
    ],
    images: [],
    bundles: [],
  }
}
