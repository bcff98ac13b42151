/** On which other nodes the end of an instance's log is kept. */
import { hash } from 'node:crypto'
import type { NodeId } from '../../base/net/index.ts'
import { LOG_COPIES } from './limits.ts'

/**
 * By rendezvous of instance and node: every node computes the same, and of two that stay neither gives
 * its copies up because a third comes or goes (Thaler and Ravishankar, 1998).
 */
export function holdersOf(instance: string, candidates: readonly NodeId[]): NodeId[] {
  return candidates
    .map((node) => ({ node, score: hash('sha256', `${node}/log/${instance}`, 'hex') }))
    .sort((a, b) => (a.score < b.score ? 1 : -1))
    .slice(0, LOG_COPIES)
    .map(({ node }) => node)
}
