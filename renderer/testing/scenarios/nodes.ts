import type { ClusterNode } from '../../../node-core/api/contract/index.ts'
import { CAPACITY, idOf, makeNode } from '../shapes.ts'

export function busyNodes(): ClusterNode[] {
  const ben = { id: 'did:key:z6MkBen', name: 'Ben' }
  const school = { id: 'did:key:z6MkSchool', name: 'Elm Street School' }
  return linked(
    [
      makeNode({
        name: 'attic',
        self: true,
        reputation: 0.5,
        role: 'sclerotia',
        backbone: 'dedicated',
        labels: { disk: 'fast', place: 'home' },
        committee: { role: 'leader' },
      }),
      makeNode({ name: 'kitchen-laptop', address: '/ip4/192.168.1.31/tcp/4000' }),
      makeNode({
        name: 'ben-workshop',
        owner: ben,
        reputation: 0.731_204,
        role: 'sclerotia',
        address: '/ip4/84.12.9.3/tcp/4000',
        ...{ backbone: 'dedicated', committee: { role: 'voter', lag: 0 } },
        vote: 'always',
        clock: { aheadSeconds: 3_607, of: 'most' },
      }),
      makeNode({ name: 'ben-phone', owner: ben, role: 'hypha', kinds: [] }),
      makeNode({
        name: 'library-1',
        owner: school,
        address: '/ip4/10.4.0.11/tcp/4000',
        labels: { place: 'school' },
      }),
      makeNode({
        name: 'library-2',
        owner: school,
        status: 'Cordoned',
        labels: { place: 'school' },
      }),
      makeNode({
        name: 'lab-server',
        owner: school,
        backbone: 'dynamic',
        liveness: 'suspect',
        status: 'NotReady',
        labels: { place: 'school', gpu: 'yes' },
        capacity: { ...CAPACITY, gpus: 2 },
        allocatable: { ...CAPACITY, gpus: 1 },
        committee: { role: 'voter', lag: 12, silent: true },
      }),
    ],
    [
      ['attic', 'kitchen-laptop', 0.8],
      ['attic', 'ben-workshop', 23],
      ['attic', 'lab-server', 18],
      ['attic', 'library-1', 19],
      ['kitchen-laptop', 'ben-workshop', 27],
      ['ben-workshop', 'ben-phone', 96],
      ['ben-workshop', 'lab-server', 11],
      ['lab-server', 'library-1', 0.6],
      ['lab-server', 'library-2', 0.7],
      ['library-1', 'library-2', 0.5],
      ['attic', 'ben-phone', 110],
    ],
  )
}

/** Both ends of each pair tell of the link, as real nodes do. */
function linked(nodes: ClusterNode[], pairs: [string, string, number][]): ClusterNode[] {
  return nodes.map((node) => ({
    ...node,
    links: pairs
      .filter(([a, b]) => a === node.name || b === node.name)
      .map(([a, b, latencyMs]) => ({ to: idOf(a === node.name ? b : a), latencyMs })),
  }))
}
