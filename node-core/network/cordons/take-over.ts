/**
 * What was said without a quorum goes into the registry once there is one: by a node of the owner, or of
 * an admin. A word that the registry has gone past is dropped, and that is said.
 */
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { CordonsDeps, Owned } from './index.ts'
import { TAKE_OVER_AGAIN_MS, TAKE_OVER_MAX } from './limits.ts'
import {
  CORDON_PREFIX,
  type CordonRecord,
  cordonKey,
  isSame,
  ownedBy,
  readCordon,
} from './records.ts'

export function createTakeOver(deps: CordonsDeps, logger: Logger): () => Promise<void> {
  const { state, clock } = deps
  const notBeforeMs = new Map<string, number>()

  function isDue(node: Owned): boolean {
    const isMine = node.owner === deps.owner || deps.permissions().has('admin')
    return isMine && (notBeforeMs.get(node.id) ?? 0) <= clock.monotonicMs()
  }

  async function takeOver(node: Owned, { after, ...cordon }: CordonRecord): Promise<void> {
    const primary = deps.primary()
    const held = primary.view()?.cordon(node.id)
    const isBehind = after < (held?.version ?? 0)
    // A record ahead of this copy was said on top of what it has yet to see.
    if (after > (held?.version ?? 0)) return
    notBeforeMs.set(node.id, clock.monotonicMs() + TAKE_OVER_AGAIN_MS)
    if (isBehind) {
      if (held && !isSame(held, cordon)) {
        logger.warn('What was said of a node without a quorum has lost to what was committed.', {
          ...{ node: node.id, said: wordFor(cordon), committed: wordFor(held) },
        })
      }
    } else {
      const body = { node: node.id, ...cordon, expect: after }
      try {
        await primary.execute({ kind: 'node.cordon', body })
      } catch (error) {
        // Somebody was first: the next look sees who.
        if (isCode(error, 'CONFLICT')) return
        throw error
      }
      logger.info('A cordon was taken over into the registry.', { node: node.id })
      // Copies that lag must know of it before the record goes.
      return
    }
    await state.delete(cordonKey(node))
    notBeforeMs.delete(node.id)
  }

  return async () => {
    const { committee, inForce } = deps.primary().status()
    if (!committee || !inForce || !deps.primary().view()) return
    const due = state.list(CORDON_PREFIX).flatMap((record) => {
      const node = ownedBy(record.key)
      const said = readCordon(record)
      return node && said && isDue(node) ? [{ node, said }] : []
    })
    for (const { node, said } of due.slice(0, TAKE_OVER_MAX)) {
      await takeOver(node, said).catch((error: unknown) => {
        if (!(error instanceof MyceliumError)) throw error
        logger.debug('A cordon was not taken over.', { node: node.id, code: error.code })
      })
    }
  }
}

function wordFor({ cordoned, draining }: { cordoned: boolean; draining: boolean }): string {
  return draining ? 'draining' : cordoned ? 'cordoned' : 'ready'
}
