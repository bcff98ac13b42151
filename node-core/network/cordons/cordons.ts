import { every } from '../../base/clock/index.ts'
import { isCode, MyceliumError, messageOf } from '../../base/errors/index.ts'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import { untilShown } from '../../control/primary/index.ts'
import type { Cordon, Cordons, CordonsDeps, Owned } from './index.ts'
import { LOOK_MS } from './limits.ts'
import { CORDON_PREFIX, cordonKey, ownedBy, readCordon } from './records.ts'
import { createTakeOver } from './take-over.ts'

const NONE: Cordon = { cordoned: false, draining: false }
/** The registry does not decide this one: nobody votes, or it does not know the node yet. */
const ELSEWHERE = ['NO_PRIMARY', 'NO_QUORUM', 'NOT_FOUND', 'UNKNOWN_AUTHOR', 'UNKNOWN_KIND']

export function createCordons(deps: CordonsDeps): Cordons {
  const { state, clock } = deps
  const logger = deps.logger.child('cordons')
  const listeners = new Set<(node: NodeId) => void>()
  const takeOver = createTakeOver(deps, logger)
  let stopWatching: (() => unknown)[] = []
  let seen: object | undefined
  let shown = new Map<NodeId, number>()

  const versionOf = (node: NodeId): number => deps.primary().view()?.cordon(node)?.version ?? 0

  function of(node: Owned): Cordon {
    const record = readCordon(state.get(cordonKey(node)))
    const committed = deps.primary().view()?.cordon(node.id)
    if (record && record.after === (committed?.version ?? 0)) return record
    return committed ?? NONE
  }

  function tell(node: NodeId): void {
    for (const listener of [...listeners]) listener(node)
  }

  /** Cheap where nothing of interest changed: keys are written thousands of times a second. */
  function onCopyMoved(): void {
    const view = deps.primary().view()
    const mark = view?.markOf('cordons')
    if (!view || mark === seen) return
    seen = mark
    const before = shown
    shown = new Map(
      view.cordons().flatMap(([key, { version }]): [NodeId, number][] => {
        const node = parseNodeId(key)
        return node ? [[node, version]] : []
      }),
    )
    for (const [node, version] of shown) if (before.get(node) !== version) tell(node)
  }

  async function commit({ id }: Owned, cordon: Cordon): Promise<boolean> {
    const primary = deps.primary()
    const { committee, inForce } = primary.status()
    if (!committee || !inForce) return false
    const { cordoned, draining } = cordon
    try {
      await primary.execute({ kind: 'node.cordon', body: { node: id, cordoned, draining } })
    } catch (error) {
      if (error instanceof MyceliumError && ELSEWHERE.includes(error.code)) return false
      throw error
    }
    await untilShown(primary, clock, () => {
      const row = primary.view()?.cordon(id)
      return row?.cordoned === cordoned && row.draining === draining
    })
    return true
  }

  return {
    of,
    async set(node, cordon) {
      if (await commit(node, cordon)) return
      await state.put(cordonKey(node), { ...cordon, after: versionOf(node.id) })
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async start() {
      if (stopWatching.length > 0) return
      stopWatching = [
        deps.primary().subscribe(onCopyMoved),
        state.subscribe(CORDON_PREFIX, ({ key }) => {
          const node = ownedBy(key)
          if (node) tell(node.id)
        }),
        every(clock, LOOK_MS, takeOver, (error) => {
          if (isCode(error, 'NOT_RUNNING')) return
          logger.error('A look at cordons failed.', { error: messageOf(error) })
        }),
      ]
      onCopyMoved()
    },
    async stop() {
      const ends = stopWatching
      stopWatching = []
      for (const end of ends) await end()
    },
  }
}
