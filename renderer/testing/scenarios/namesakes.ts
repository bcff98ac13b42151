import { busyScenario } from './busy.ts'
import type { Scenario } from './scenario.ts'

const LONG = 'Ünï–código with a very long name that goes on and on and on 🌱'
const OTHER_BEN = {
  id: 'did:key:z6MkvZp9nRtqWc3aXy7LhUoKbE2sJfD5gTmVrNiQ8wHx4tQd',
  name: 'Ben',
}

/** Nobody asks others what to be called: two owners and two nodes of one name, and a very long one. */
export function namesakesScenario(): Scenario {
  const busy = busyScenario()
  const nodes = busy.nodes.map((node) => {
    if (node.name === 'kitchen-laptop') return { ...node, name: LONG }
    if (node.name === 'library-1') return { ...node, name: 'ben-workshop', owner: OTHER_BEN }
    return node
  })
  const ids = nodes.filter(({ owner }) => owner.id === OTHER_BEN.id).map(({ id }) => id)
  const ben = busy.members.find(({ name }) => name === 'Ben')
  const names = new Map(nodes.map(({ id, name }) => [id, name]))
  const workloads = busy.workloads.map((workload) => ({
    ...workload,
    instances: workload.instances.map((one) => {
      return { ...one, nodeName: names.get(one.node) ?? one.nodeName }
    }),
  }))
  const members = ben ? [...busy.members, { ...ben, owner: OTHER_BEN.id, nodes: ids }] : []
  return { ...busy, nodes, workloads, members: members.toReversed() }
}
