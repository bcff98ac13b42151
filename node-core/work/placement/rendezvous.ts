import { hash } from 'node:crypto'
import type { NodeId } from '../../base/net/index.ts'
import type { Slot } from '../spec/index.ts'

/**
 * A node's score for a slot; the highest wins. Every node computes the same scores, and a node that
 * comes or goes changes no comparison between the others (Thaler and Ravishankar, 1998).
 */
export function rendezvousScore(node: NodeId, slot: Slot): string {
  return hash('sha256', `${node}/${slot}`, 'hex')
}
