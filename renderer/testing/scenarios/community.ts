import type { ClusterNode } from '../../../node-core/api/contract/index.ts'
import { idOf } from '../shapes.ts'
import { busyScenario } from './busy.ts'
import { communityProposals } from './proposals.ts'
import type { Scenario } from './scenario.ts'
import { makeStatus, primaryOf } from './status.ts'

/** Where people need not trust each other: four vote, and one of them was caught lying. */
export function communityScenario(): Scenario {
  const busy = busyScenario()
  const voters = ['attic', 'ben-workshop', 'lab-server', 'library-1']
  const primary = primaryOf({
    ...{ term: 3, view: 1_204 },
    voters: voters.map(idOf),
    guarantee: 'byzantine',
    mayLie: 1,
  })
  const nodes = busy.nodes.map((node): ClusterNode => {
    if (node.name === 'kitchen-laptop') return { ...node, trust: 40, vote: 'never' }
    if (node.name === 'attic' || !voters.includes(node.name)) return node
    const backbone = node.backbone ?? 'dynamic'
    const committee = { role: 'voter', lag: 0 } as const
    return { ...node, ...{ liveness: 'alive', status: 'Ready' }, backbone, committee }
  })
  const status = makeStatus({ discoveryTier: 'primary', primary })
  if (status.network) status.network.consensus = 'simplex'
  return { ...busy, nodes, status, proposals: communityProposals() }
}
