/**
 * Who leads a view: the same voter on every node, each as often as its trust says beside the
 * others', and nobody's choice: the draw is a hash of the network, the epoch and the view.
 */
import { encode } from '../../../base/codec/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { NetworkId } from '../../../identity/index.ts'
import { fromHex, sha256, type View } from './numbering.ts'
import type { Committee } from './quorum.ts'

export function leaderOf(network: NetworkId, committee: Committee, view: View): NodeId {
  const last = lastDrawn.get(committee)
  if (last?.network === network && last.view === view) return last.leader
  const leader = draw(network, committee, view)
  lastDrawn.set(committee, { network, view, leader })
  return leader
}

/** Asked for again and again within one view, by every rule and whoever shows who leads. */
const lastDrawn = new WeakMap<Committee, { network: NetworkId; view: View; leader: NodeId }>()

function draw(network: NetworkId, committee: Committee, view: View): NodeId {
  const drawn = sha256(
    encode(['mycelium/simplex/leader', fromHex(network), committee.epoch, view]),
  ).readUIntBE(0, 6)
  const total = committee.voters.reduce((sum, voter) => sum + voter.trust, 0)
  // 2^48 is not a multiple of the total; the lean is below one in ten million.
  let rest = drawn % total
  for (const voter of committee.voters) {
    if (rest < voter.trust) return voter.node
    rest -= voter.trust
  }
  throw new RangeError('A committee has at least one voter.')
}
