/** Faults at random, their end, and what must then hold. */
import { expect } from 'vitest'
import type { Cluster, SimNode } from './cluster.fixture.ts'

/** Crashes, cuts and proposals at random; nothing that the protocol does not promise to stand. */
export function harass(cluster: Cluster, ticks: number): number {
  const { random, nodes } = cluster
  let proposed = 0
  for (let at = 0; at < ticks; at++) {
    cluster.step()
    const node = cluster.node(random.int(nodes.length))
    if (random.float() < 0.2) cluster.propose(node, `${++proposed}`)
    if (random.float() < 0.1) cluster.read(node)
    if (node.honest && random.float() < 0.02) cluster.crash(node)
    if (node.honest && random.float() < 0.1) cluster.restart(node)
    if (node.honest && random.float() < 0.03) cluster.compact(node)
    if (random.float() < 0.03) cut(cluster)
    if (random.float() < 0.1) cluster.linked = () => true
  }
  return proposed
}

/** A partition of two sides, or one node that hears nothing. */
function cut(cluster: Cluster): void {
  const side = new Set(cluster.nodes.filter(() => cluster.random.int(2) === 0))
  const deaf = cluster.node(cluster.random.int(cluster.nodes.length))
  const oneWay = cluster.random.int(2) === 0
  cluster.linked = (from, to) => (oneWay ? to !== deaf : side.has(from) === side.has(to))
}

export function heal(cluster: Cluster): void {
  cluster.linked = () => true
  cluster.dropRate = 0
  cluster.delayTicksMax = 0
  cluster.crashRate = 0
  for (const node of cluster.honest()) cluster.restart(node)
}

export function expectProgress(cluster: Cluster, nodes: readonly SimNode[], ticks: number): void {
  const before = cluster.canon.length
  for (const node of nodes) cluster.propose(node, `after the faults, ${node.name}`)
  const wanted = nodes.map((node) => `after the faults, ${node.name}`)
  const done = () => nodes.every((node) => wanted.every((text) => node.log.includes(text)))
  expect(cluster.until(done, ticks), `progress from ${before}`).toBe(true)
  cluster.run(100)
  for (const node of nodes) expect(node.log.length).toBe(cluster.canon.length)
}
