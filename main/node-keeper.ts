import { type Clock, sleep } from '../node-core/base/clock/index.ts'
import { isCode, MyceliumError } from '../node-core/base/errors/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import type { RunningNode } from '../node-core/node.ts'
import { LEAVING_PERIOD_MS, LEAVING_TIMEOUT_MS } from './limits.ts'
import type { NodeSession } from './node-session.ts'

/**
 * Keeps one node session for this home: attaches to a node that already runs on it, else hosts one.
 * When an attached node goes away, the next who asks gets a new session, unless it was stopped in
 * order: what somebody ended on purpose is not started again until somebody says so.
 */
export interface NodeKeeper {
  /** The session, begun when there is none. Rejects with why there is none: NODE_STOPPED, or the node's own. */
  session(): Promise<NodeSession>
  /** The same for a person who wants the node back, however it ended. */
  start(): Promise<NodeSession>
  subscribe(listener: (session: NodeSession | undefined) => void): () => void
  /** Ends the session for good; safe to call twice. */
  stop(): Promise<void>
}

export interface NodeKeeperDeps {
  findRunning(): RunningNode | undefined
  /** Whether a node has announced itself on this home and not taken it back, be it alive or dead. */
  isAnnounced(): boolean
  attach(running: RunningNode): Promise<NodeSession>
  host(): Promise<NodeSession>
  clock: Clock
  logger: Logger
}

interface Opened {
  session: NodeSession
  /** The other process's node, where it is one. */
  node?: RunningNode
}

export function createNodeKeeper(deps: NodeKeeperDeps): NodeKeeper {
  const listeners = new Set<(session: NodeSession | undefined) => void>()
  let current: Promise<NodeSession> | undefined
  let isStopped = false
  /** The attached node that has gone, until there is a session again or somebody wants one. */
  let gone: RunningNode | undefined

  const attachTo = async (node: RunningNode): Promise<Opened> => {
    return { session: await deps.attach(node), node }
  }
  const tell = (session: NodeSession | undefined): void => {
    for (const listener of listeners) listener(session)
  }

  /** The line is gone a moment before the process is; how the node ended shows only after that. */
  const awaitItsEnd = async ({ pid }: RunningNode): Promise<void> => {
    const untilMs = deps.clock.monotonicMs() + LEAVING_TIMEOUT_MS
    while (deps.findRunning()?.pid === pid && deps.clock.monotonicMs() < untilMs && !isStopped) {
      await sleep(deps.clock, LEAVING_PERIOD_MS)
    }
  }

  const open = async (): Promise<Opened> => {
    if (gone) await awaitItsEnd(gone)
    if (isStopped) throw new Error('The app is ending.')
    const running = deps.findRunning()
    if (running) return attachTo(running)
    if (gone && !deps.isAnnounced()) {
      throw new MyceliumError('NODE_STOPPED', 'The node on this computer was stopped on purpose.')
    }
    try {
      return { session: await deps.host() }
    } catch (error) {
      // Another process took the home between the look and the start.
      const winner = isCode(error, 'HOME_IN_USE') ? deps.findRunning() : undefined
      if (!winner) throw error
      return attachTo(winner)
    }
  }

  const begin = (): Promise<NodeSession> => {
    const opening = open().then(
      ({ session, node }) => {
        gone = undefined
        deps.logger.info('The window has a node.', { kind: session.kind })
        session.onEnd(() => {
          if (current !== opening) return
          current = undefined
          gone = node
          tell(undefined)
        })
        tell(session)
        return session
      },
      (error: unknown) => {
        if (current === opening) current = undefined
        throw error
      },
    )
    return opening
  }

  const session = (): Promise<NodeSession> => {
    if (isStopped) return Promise.reject(new Error('The app is ending.'))
    current ??= begin()
    return current
  }

  return {
    session,
    async start() {
      gone = undefined
      return session()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async stop() {
      isStopped = true
      // A start under way is waited for, so that what it started is stopped too.
      const session = await current?.catch(() => undefined)
      await session?.stop()
    },
  }
}
