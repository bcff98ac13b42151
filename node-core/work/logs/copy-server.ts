import type { Net, NodeId } from '../../base/net/index.ts'
import { copyKey } from './copy-keys.ts'
import { parseRenewal, takenBytes } from './copy-messages.ts'
import { LOG_COPY_BYTES_MAX } from './limits.ts'
import type { LogStore } from './store.ts'

/** Keeps copies for other nodes, each under its own name. Returns what ends it. */
export function serveCopies(deps: {
  net: Pick<Net, 'onRequest'>
  copies: LogStore
  mayUse: (peer: NodeId) => boolean
}): () => void {
  const { copies } = deps
  let queue: Promise<unknown> = Promise.resolve()

  /** A log that was begun anew has other lines of the same numbers. */
  async function goesTo(id: string, since: string, place: number): Promise<boolean> {
    return copies.facts(id)?.since === since && (await copies.endOf(id))?.lines === place
  }

  async function take(body: Uint8Array, peer: NodeId): Promise<boolean> {
    const { whole, after, next: _, lines, until, id: instance, ...facts } = parseRenewal(body)
    const id = copyKey(peer, instance)
    if (!deps.mayUse(peer)) return false
    if (!whole && !(await goesTo(id, facts.since, after))) return false
    const hasEnded = copies.facts(id)?.until !== undefined
    // Its node asks whether the copy is still here.
    if (!whole && lines.length === 0 && hasEnded && until !== undefined) return true
    if (whole) await copies.remove(id)
    await copies.open({ ...facts, id, node: peer }, after)
    // One that nothing was written to is kept too, up to where it goes.
    if (whole || lines.length > 0) await copies.append(id, lines, {})
    if (until !== undefined) await copies.end(id, until)
    return true
  }

  return deps.net.onRequest(
    'log-copy/2',
    (body, peer) => {
      const done = queue.then(() => take(body, peer))
      queue = done.catch(() => {})
      return done.then(takenBytes)
    },
    { requestBytesMax: LOG_COPY_BYTES_MAX * 4 },
  )
}
