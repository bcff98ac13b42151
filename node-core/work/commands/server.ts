import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import {
  type FrameReader,
  type Net,
  type NetStream,
  type NodeId,
  questionOn,
} from '../../base/net/index.ts'
import type { RunningCommand } from '../runners/index.ts'
import { COMMAND_FRAME_BYTES_MAX, COMMAND_QUESTION_BYTES_MAX } from './limits.ts'
import type { LocalCommands } from './local.ts'
import { failureFrame, fromFrames, parseQuestion, parseToCommand } from './messages.ts'

/** Answers `exec/1`. */
export function createCommandServer(deps: {
  net: Pick<Net, 'onStream'>
  local: Pick<LocalCommands, 'run'>
  clock: Clock
  logger: Logger
}): Lifecycle {
  const serving = new Map<NetStream, Promise<void>>()
  let stopListening: (() => void) | undefined

  async function serve(stream: NetStream, peer: NodeId): Promise<void> {
    try {
      const { question, reader } = await questionOn(stream, deps.clock, COMMAND_QUESTION_BYTES_MAX)
      const { instance, ...request } = parseQuestion(question)
      const running = await deps.local.run(instance, request, peer)
      await serveRunning(stream, reader, running)
    } catch (error) {
      const code = error instanceof MyceliumError ? error.code : 'INTERNAL_ERROR'
      // Whoever asked may be gone; then there is nobody left to tell.
      await stream.write(failureFrame(code, messageOf(error))).catch(() => {})
    } finally {
      await stream.closeWrite().catch(() => {})
    }
  }

  async function serveRunning(
    stream: NetStream,
    reader: FrameReader,
    running: RunningCommand,
  ): Promise<void> {
    let over = false
    try {
      for (const frame of fromFrames({ kind: 'runs' })) await stream.write(frame)
      void listen(reader, running, () => over)
      for await (const output of running.output) {
        for (const frame of fromFrames({ kind: 'output', output })) await stream.write(frame)
      }
      over = true
      const code = await running.exitCode()
      for (const frame of fromFrames({ kind: 'exit', code })) await stream.write(frame)
    } finally {
      if (!over) await running.kill()
    }
  }

  /** What comes for a command; when nothing can come any more, nobody waits for it. */
  async function listen(
    reader: FrameReader,
    running: RunningCommand,
    isOver: () => boolean,
  ): Promise<void> {
    try {
      for (;;) {
        const said = parseToCommand(await reader.frame(COMMAND_FRAME_BYTES_MAX + 1))
        if (said.kind === 'input') await running.write(said.bytes)
        else if (said.kind === 'end') running.endInput()
        else await running.resize(said.size)
      }
    } catch (error) {
      if (isOver()) return
      deps.logger.debug('Nobody waits for a command any more', { reason: messageOf(error) })
      await running.kill()
    }
  }

  return {
    async start() {
      stopListening ??= deps.net.onStream('exec/1', (stream, peer) => {
        const done = serve(stream, peer)
          .catch((error) => deps.logger.debug('A command was lost', { peer, error }))
          .finally(() => serving.delete(stream))
        serving.set(stream, done)
      })
    },
    async stop() {
      stopListening?.()
      stopListening = undefined
      for (const stream of serving.keys()) stream.abort(new Error('The node stops.'))
      await Promise.all(serving.values())
    },
  }
}
