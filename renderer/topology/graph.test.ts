import { describe, expect, it } from 'vitest'
import { idOf, makeInstance, makeNode, makeWorkload } from '../testing/shapes.ts'
import { buildGraph, findWay, nodeHealth } from './graph.ts'

const link = (name: string, latencyMs?: number) => ({
  to: idOf(name),
  ...(latencyMs === undefined ? {} : { latencyMs }),
})

describe('the graph', () => {
  it('draws a link that both ends tell of once', () => {
    const nodes = [
      makeNode({ name: 'a', links: [link('b', 4)] }),
      makeNode({ name: 'b', links: [link('a')] }),
    ]
    const { links } = buildGraph(nodes, [], [])
    expect(links).toHaveLength(1)
    expect(links[0]?.latencyMs).toBe(4)
  })

  it('draws a node that votes as one of the backbone, whatever its owner gives it for', () => {
    const nodes = [makeNode({ name: 'a', backbone: 'dynamic' }), makeNode({ name: 'b' })]
    const roles = buildGraph(nodes, [], []).nodes.map(({ role }) => role)
    expect(roles).toEqual(['sclerotia', 'rhizomorph'])
  })

  it('draws no link to a node that is gone, unknown, or itself', () => {
    const nodes = [
      makeNode({ name: 'a', links: [link('a'), link('dead'), link('stranger')] }),
      makeNode({ name: 'dead', liveness: 'dead', status: 'NotReady' }),
    ]
    expect(buildGraph(nodes, [], []).links).toEqual([])
  })

  it('gives links of this computer their path', () => {
    const nodes = [
      makeNode({ name: 'me', self: true, links: [link('b')] }),
      makeNode({ name: 'b', links: [link('c')] }),
      makeNode({ name: 'c' }),
    ]
    const peer = { id: idOf('b'), name: 'b', addresses: [], path: 'relayed' as const }
    const paths = buildGraph(nodes, [peer], []).links.map(({ path }) => path)
    expect(paths.sort()).toEqual(['relayed', undefined])
  })

  it('grows a cap for each instance, but not for one out of sight', () => {
    const workload = makeWorkload({
      name: 'web',
      instances: [
        makeInstance({ nodeName: 'a', index: 0 }),
        makeInstance({ nodeName: 'a', index: 1, health: 'unhealthy' }),
        makeInstance({ nodeName: 'a', index: 2, lost: true }),
        makeInstance({ nodeName: 'a', index: 3, status: 'Stopped' }),
      ],
    })
    const { nodes } = buildGraph([makeNode({ name: 'a' })], [], [workload])
    expect(nodes[0]?.fruits).toEqual([true, false])
  })

  it.each([
    ['Ready', 'alive', 'well'],
    ['Cordoned', 'alive', 'held'],
    ['Draining', 'alive', 'held'],
    ['NotReady', 'suspect', 'doubt'],
    ['NotReady', 'dead', 'gone'],
    ['NotReady', 'left', 'gone'],
  ] as const)('%s and %s is %s', (status, liveness, health) => {
    expect(nodeHealth({ status, liveness })).toBe(health)
  })
})

describe('a way', () => {
  const nodes = [
    makeNode({ name: 'a', links: [link('b')] }),
    makeNode({ name: 'b', links: [link('c')] }),
    makeNode({ name: 'c', links: [link('d')] }),
    makeNode({ name: 'd', links: [link('a')] }),
    makeNode({ name: 'island' }),
  ]
  const graph = buildGraph(nodes, [], [])

  it('has the fewest hops', () => {
    expect(findWay(graph, idOf('b'), idOf('a'))).toHaveLength(1)
    expect(findWay(graph, idOf('c'), idOf('a'))).toHaveLength(2)
  })

  it('is empty where there is none', () => {
    expect(findWay(graph, idOf('island'), idOf('a'))).toEqual([])
  })
})
