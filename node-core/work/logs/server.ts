import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import {
  type FrameReader,
  framed,
  type Net,
  type NetStream,
  type NodeId,
  questionOn,
} from '../../base/net/index.ts'
import { copyKey } from './copy-keys.ts'
import { keptLines } from './kept-lines.ts'
import { LOG_QUESTION_BYTES_MAX, LOG_STREAMS_MAX, LOG_STREAMS_PER_PEER_MAX } from './limits.ts'
import { failureFrame, lineFrames, parseQuestion } from './messages.ts'
import type { LogStore } from './store.ts'

interface Reading {
  peer: NodeId
  ended: AbortController
  done: Promise<void>
}

/** Answers `logs/3`: lines of an instance that this node holds, to whoever may use the network. */
export function createLogServer(deps: {
  net: Pick<Net, 'onStream'>
  store: LogStore
  copies: LogStore
  /** Whether the owner of that node holds `use` in the network. */
  mayUse(peer: NodeId): boolean
  clock: Clock
  logger: Logger
}): Lifecycle {
  const { clock } = deps
  const serving = new Map<NetStream, Reading>()
  let stopListening: (() => void) | undefined

  async function serve(stream: NetStream, peer: NodeId, ended: AbortController): Promise<void> {
    try {
      const refusal = refusalOf(peer)
      if (refusal) {
        await stream.write(failureFrame('RATE_LIMITED', refusal))
        return
      }
      const { question: asked, reader } = await questionOn(stream, clock, LOG_QUESTION_BYTES_MAX)
      const question = parseQuestion(asked)
      if (!question) throw new MyceliumError('NET_REFUSED', 'Not a question for logs.')
      checkMayUse(peer)
      const { instance, copyOf, ...query } = question
      void watchReader(reader, ended)
      const { signal } = ended
      const own = copyOf === undefined
      const id = own ? instance : copyKey(copyOf, instance)
      const store = own ? deps.store : deps.copies
      for await (const lines of keptLines(store, id, { ...query, signal })) {
        for (const frame of lineFrames(lines)) {
          if (signal.aborted) return
          checkMayUse(peer)
          await stream.write(frame)
        }
      }
      await stream.write(framed(new Uint8Array(0)))
    } catch (error) {
      const code = error instanceof MyceliumError ? error.code : 'INTERNAL_ERROR'
      // The reader may be gone; then there is nobody left to tell.
      await stream.write(failureFrame(code, messageOf(error))).catch(() => {})
    } finally {
      await stream.closeWrite().catch(() => {})
    }
  }

  /** Asked before this stream is among those that are served. */
  function refusalOf(peer: NodeId): string | undefined {
    if (serving.size >= LOG_STREAMS_MAX) return 'Too many logs are being read here.'
    const own = [...serving.values()].filter((reading) => reading.peer === peer)
    if (own.length < LOG_STREAMS_PER_PEER_MAX) return undefined
    return 'Your computer reads as many logs here as one may at a time.'
  }

  function checkMayUse(peer: NodeId): void {
    if (deps.mayUse(peer)) return
    throw new MyceliumError('FORBIDDEN', 'Your permissions in this network include no logs.')
  }

  /** The reader says nothing more; when its end closes, it has gone. */
  async function watchReader(reader: FrameReader, ended: AbortController): Promise<void> {
    try {
      for await (const _ of reader.rest()) if (ended.signal.aborted) return
    } catch (error) {
      deps.logger.debug('A log reader was lost', { error })
    } finally {
      ended.abort()
    }
  }

  return {
    async start() {
      stopListening ??= deps.net.onStream('logs/3', (stream, peer) => {
        const ended = new AbortController()
        const done = serve(stream, peer, ended)
          .catch((error) => deps.logger.debug('A log reader was lost', { peer, error }))
          .finally(() => serving.delete(stream))
        serving.set(stream, { peer, ended, done })
      })
    },
    async stop() {
      stopListening?.()
      stopListening = undefined
      for (const [stream, { ended }] of serving) {
        ended.abort()
        stream.abort(new Error('The node stops.'))
      }
      await Promise.all([...serving.values()].map(({ done }) => done))
    },
  }
}
