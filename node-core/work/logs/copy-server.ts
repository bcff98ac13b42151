import type { Net, NodeId } from '../../base/net/index.ts'
import { parseRenewal, takenBytes } from './copy-messages.ts'
import { LOG_COPY_BYTES_MAX } from './limits.ts'
import type { LogStore } from './store.ts'

/**
 * Keeps copies for other nodes. A node hands over logs of its own and no others: what is kept under an
 * instance belongs to the node that handed it over first. Returns what ends it.
 */
export function serveCopies(deps: {
  net: Pick<Net, 'onRequest'>
  copies: LogStore
  mayUse: (peer: NodeId) => boolean
}): () => void {
  const { copies } = deps
  let queue: Promise<unknown> = Promise.resolve()

  async function take(body: Uint8Array, peer: NodeId): Promise<boolean> {
    const { whole, after, next, lines, until, ...facts } = parseRenewal(body)
    const before = copies.facts(facts.id)
    if (!deps.mayUse(peer) || (before && before.node !== peer)) return false
    if (!whole && (!before || (await copies.points(facts.id)).end !== after)) return false
    if (whole) await copies.remove(facts.id)
    await copies.open({ ...facts, node: peer })
    await copies.append(facts.id, lines, { end: next })
    if (until !== undefined) await copies.end(facts.id)
    return true
  }

  return deps.net.onRequest(
    'log-copy/1',
    (body, peer) => {
      const done = queue.then(() => take(body, peer))
      queue = done.catch(() => {})
      return done.then(takenBytes)
    },
    { requestBytesMax: LOG_COPY_BYTES_MAX * 4 },
  )
}
