import { type Clock, sleep } from '../node-core/base/clock/index.ts'
import { messageOf } from '../node-core/base/errors/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import { HAND_OVER_PERIOD_MS, WORK_HERE_TIMEOUT_MS } from './limits.ts'
import type { NodeKeeper } from './node-keeper.ts'
import type { NodeSession } from './node-session.ts'

/** What ends with the node of this app. */
export interface WorkHere {
  copies: number
  /** Whether other nodes are there that take work. */
  hasOthers: boolean
}

export interface HandingOver {
  /** Undefined where nothing ends: nothing runs here, or the node is another process's. */
  look(): Promise<WorkHere | undefined>
  /**
   * Says that this computer sleeps, so that others take its work, and tells how many copies are left
   * until none is that can go. The word ends when the node is started again.
   */
  handOver(onLeft: (copies: number) => void, signal: AbortSignal): Promise<void>
}

export interface HandingOverDeps {
  keeper: Pick<NodeKeeper, 'subscribe'>
  clock: Clock
  logger: Logger
}

export function createHandingOver({ keeper, clock, logger }: HandingOverDeps): HandingOver {
  let session: NodeSession | undefined
  keeper.subscribe((next) => {
    session = next
  })

  const nodesNow = async ({ client }: NodeSession) => {
    const { nodes } = await client.nodes.list()
    return { own: nodes.find(({ self }) => self), others: nodes.filter(({ self }) => !self) }
  }

  const look = async (of: NodeSession): Promise<WorkHere | undefined> => {
    const { own, others } = await nodesNow(of)
    if (!own || own.instances === 0) return undefined
    const takesWork = others.some(({ status, role }) => status === 'Ready' && role !== 'hypha')
    return { copies: own.instances, hasOthers: takesWork }
  }

  return {
    async look() {
      if (session?.kind !== 'hosted') return undefined
      const bound = new AbortController()
      const late = sleep(clock, WORK_HERE_TIMEOUT_MS, { signal: bound.signal }).catch(() => {})
      const seen = look(session).catch((error: unknown) => {
        // Without a network nothing runs; and a node that cannot say is no reason to stay.
        logger.debug('It could not be seen what runs here.', { reason: messageOf(error) })
        return undefined
      })
      const work = await Promise.race([seen, late])
      bound.abort()
      return work ?? undefined
    },
    async handOver(onLeft, signal) {
      const of = session
      if (!of) return
      await of.client.nodes.sleep({})
      while (!signal.aborted) {
        const { own } = await nodesNow(of)
        if (!own || own.instances === 0 || own.drain?.state === 'allButData') return
        onLeft(own.instances)
        await sleep(clock, HAND_OVER_PERIOD_MS, { signal }).catch(() => {})
      }
    },
  }
}
