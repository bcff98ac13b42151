/**
 * Who leads a view: the same voter on every node, each as often as its trust says beside the
 * others', and nobody's choice: the draw is a hash of the network, the epoch and the view.
 */
import { encode } from '../../../base/codec/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { NetworkId } from '../../../identity/index.ts'
import { DRAWS_KEPT } from './limits.ts'
import { fromHex, sha256, type View } from './numbering.ts'
import type { Committee } from './quorum.ts'

export function leaderOf(network: NetworkId, committee: Committee, view: View): NodeId {
  const known = drawn.get(committee)
  const draws = known?.network === network ? known.draws : new Map<View, NodeId>()
  const leader = draws.get(view) ?? draw(network, committee, view)
  if (draws.size >= DRAWS_KEPT) draws.clear()
  draws.set(view, leader)
  if (known?.draws !== draws) drawn.set(committee, { network, draws })
  return leader
}

/** Asked for again and again of a few views, by every rule and whoever shows who leads. */
const drawn = new WeakMap<Committee, { network: NetworkId; draws: Map<View, NodeId> }>()

function draw(network: NetworkId, committee: Committee, view: View): NodeId {
  const hash = sha256(
    encode(['mycelium/simplex/leader', fromHex(network), committee.epoch, view]),
  ).readUIntBE(0, 6)
  const total = committee.voters.reduce((sum, voter) => sum + voter.trust, 0)
  // 2^48 is not a multiple of the total; the lean is below one in ten million.
  let rest = hash % total
  for (const voter of committee.voters) {
    if (rest < voter.trust) return voter.node
    rest -= voter.trust
  }
  throw new RangeError('A committee has at least one voter.')
}
