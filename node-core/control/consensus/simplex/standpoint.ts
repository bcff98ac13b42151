/** Where this node stands, told to peers: whoever is ahead answers with what is missing here. */
import type { NodeId } from '../../../base/net/index.ts'
import { everyone, type Machine } from './machine.ts'
import type { Standpoint } from './messages.ts'
import { nextView, type View } from './numbering.ts'

export function standpointOf(machine: Machine): Standpoint {
  const { chain, catchUp, view } = machine
  return {
    epoch: catchUp.committee().epoch,
    height: chain.tip.height,
    digest: chain.tip.digest,
    index: chain.tip.index,
    view,
    lacking: machine.lacking ?? firstGap(machine),
    isEmpty: !machine.hasState,
  }
}

/** Asks one peer, not too often. */
export function ask(machine: Machine, peer: NodeId): void {
  if (peer === machine.config.self || !machine.peers.mayAsk(peer, machine.ticks)) return
  machine.outbox.sendNow([peer], { kind: 'status', ...standpointOf(machine) })
}

/** A sign of life, and a question to all at once. */
export function tellEveryone(machine: Machine): void {
  // Whom only the committee's changes are known of yet knows newer voters than those it follows.
  const peers = new Set([...everyone(machine), ...machine.catchUp.voters()])
  machine.outbox.sendNow([...peers], { kind: 'status', ...standpointOf(machine) })
}

/** The lowest view above the last final block of which nothing is certified. */
function firstGap({ views, chain, view }: Machine): View {
  let at = nextView(chain.tip.view)
  while (at < view) {
    if (Object.keys(views.peek(at)?.certificates ?? {}).length === 0) return at
    at = nextView(at)
  }
  return view
}
