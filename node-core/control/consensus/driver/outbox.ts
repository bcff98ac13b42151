/** One line to each peer: a queue, a stream, and nobody who waits for another's. */
import { type Clock, sleep } from '../../../base/clock/index.ts'
import { messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import type { Net, NetStream, NodeId } from '../../../base/net/index.ts'
import type { Outgoing } from '../index.ts'
import { LINE_IDLE_MS, REOPEN_MS, WRITE_TIMEOUT_MS } from './limits.ts'
import { createMessageQueue, type MessageQueue } from './message-queue.ts'

export interface Outbox {
  send(messages: readonly Outgoing[]): void
  /** Ends every line at once; what waits is dropped. */
  stop(): Promise<void>
}

export interface OutboxDeps {
  net: Pick<Net, 'openStream' | 'onPeer'>
  protocol: string
  clock: Clock
  logger: Logger
  /** Messages to the peer were dropped, or its stream ended. */
  unreachable: (peer: NodeId) => void
}

interface Line {
  queue: MessageQueue
  stream: NetStream | undefined
  /** Somebody who waits for the next message. */
  wake: () => void
  ended: Promise<void>
}

export function createOutbox(deps: OutboxDeps): Outbox {
  const { net, clock, logger } = deps
  const lines = new Map<NodeId, Line>()
  const stopped = new AbortController()
  const release = net.onPeer((peer, change) => {
    // What was written to a connection that is gone may never fail by itself.
    if (change === 'down') lines.get(peer)?.stream?.abort(new Error('The connection ended.'))
  })

  function lineTo(peer: NodeId): Line {
    const known = lines.get(peer)
    if (known) return known
    const line: Line = {
      queue: createMessageQueue(),
      stream: undefined,
      wake: () => {},
      ended: Promise.resolve(),
    }
    lines.set(peer, line)
    line.ended = serve(peer, line)
    return line
  }

  /** Until nothing has been said for a while. */
  async function serve(peer: NodeId, line: Line): Promise<void> {
    // The messages of one turn go together.
    await Promise.resolve()
    while (!stopped.signal.aborted && !line.queue.empty) {
      try {
        await carry(peer, line)
      } catch (error) {
        if (stopped.signal.aborted) break
        logger.debug('A line to a peer broke.', { peer, error: messageOf(error) })
        line.queue.clear()
        deps.unreachable(peer)
        await sleep(clock, REOPEN_MS, { signal: stopped.signal }).catch(() => undefined)
      }
    }
    lines.delete(peer)
  }

  async function carry(peer: NodeId, line: Line): Promise<void> {
    const { signal } = stopped
    const stream = await net.openStream(peer, deps.protocol, { signal })
    line.stream = stream
    const abort = (): void => stream.abort(new Error('Consensus has stopped.'))
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) abort()
    try {
      do {
        while (!line.queue.empty) await write(stream, line.queue.take())
      } while (await more(line))
      await stream.closeWrite()
    } catch (error) {
      stream.abort(new Error('The line broke.'))
      throw error
    } finally {
      line.stream = undefined
      signal.removeEventListener('abort', abort)
    }
  }

  async function write(stream: NetStream, bytes: Uint8Array): Promise<void> {
    const cancel = clock.timer(WRITE_TIMEOUT_MS, () => {
      stream.abort(new Error('The peer takes nothing.'))
    })
    try {
      await stream.write(bytes)
    } finally {
      cancel()
    }
  }

  /** False when nothing has come for a while, or nothing may be sent any more. */
  function more(line: Line): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = clock.timer(LINE_IDLE_MS, () => resolve(false))
      const settle = (): void => {
        cancel()
        resolve(!stopped.signal.aborted)
      }
      line.wake = settle
      if (!line.queue.empty || stopped.signal.aborted) settle()
    })
  }

  return {
    send(messages) {
      if (stopped.signal.aborted) return
      const dropped = new Set<NodeId>()
      for (const { to, message } of messages) {
        const line = lineTo(to)
        if (line.queue.add(message)) dropped.add(to)
        line.wake()
      }
      for (const peer of dropped) deps.unreachable(peer)
    },
    async stop() {
      release()
      stopped.abort()
      for (const line of lines.values()) line.wake()
      await Promise.all([...lines.values()].map(({ ended }) => ended))
    },
  }
}
