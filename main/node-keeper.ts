import { isCode } from '../node-core/base/errors/index.ts'
import type { Logger } from '../node-core/base/log/index.ts'
import type { RunningNode } from '../node-core/node.ts'
import type { NodeSession } from './node-session.ts'

/**
 * Keeps one node session for this home: attaches to a node that already runs on it, else hosts one.
 * When an attached node goes away, the next who asks gets a new session.
 */
export interface NodeKeeper {
  /** The session, started when there is none. Rejects with why the node could not start. */
  session(): Promise<NodeSession>
  subscribe(listener: (session: NodeSession | undefined) => void): () => void
  /** Ends the session for good; safe to call twice. */
  stop(): Promise<void>
}

export interface NodeKeeperDeps {
  findRunning(): RunningNode | undefined
  attach(running: RunningNode): Promise<NodeSession>
  host(): Promise<NodeSession>
  logger: Logger
}

export function createNodeKeeper(deps: NodeKeeperDeps): NodeKeeper {
  const listeners = new Set<(session: NodeSession | undefined) => void>()
  let current: Promise<NodeSession> | undefined
  let isStopped = false

  const tell = (session: NodeSession | undefined): void => {
    for (const listener of listeners) listener(session)
  }

  const open = async (): Promise<NodeSession> => {
    const running = deps.findRunning()
    if (running) return deps.attach(running)
    try {
      return await deps.host()
    } catch (error) {
      // Another process took the home between the look and the start.
      const winner = isCode(error, 'HOME_IN_USE') ? deps.findRunning() : undefined
      if (!winner) throw error
      return deps.attach(winner)
    }
  }

  const begin = (): Promise<NodeSession> => {
    const opening = open().then(
      (session) => {
        deps.logger.info('The window has a node.', { kind: session.kind })
        session.onEnd(() => {
          if (current !== opening) return
          current = undefined
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

  return {
    session() {
      if (isStopped) return Promise.reject(new Error('The app is ending.'))
      current ??= begin()
      return current
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
