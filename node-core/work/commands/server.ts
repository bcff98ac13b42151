import { type Clock, every } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
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
import { COMMAND_FRAME_BYTES_MAX, COMMAND_LEFT_MS, COMMAND_QUESTION_BYTES_MAX } from './limits.ts'
import type { LocalCommands } from './local.ts'
import {
  type FromCommand,
  failureFrame,
  fromFrames,
  parseQuestion,
  parseToCommand,
} from './messages.ts'

interface Input {
  reader: FrameReader
  /** The command takes no more for now, and so nothing more is read. */
  isStuck: boolean
  isOver: boolean
}

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
      // Whoever asked may be gone; then there is nobody left to tell.
      await stream.write(failureFrame(error)).catch(() => {})
    } finally {
      await stream.closeWrite().catch(() => {})
    }
  }

  async function serveRunning(
    stream: NetStream,
    reader: FrameReader,
    running: RunningCommand,
  ): Promise<void> {
    const say = sayingOn(stream)
    const input: Input = { reader, isStuck: false, isOver: false }
    const stopLooking = every(
      deps.clock,
      COMMAND_LEFT_MS,
      async () => {
        // Whoever left is not heard of while nothing more is read; to write says so.
        if (input.isStuck) await say({ kind: 'nothing' })
      },
      (error) => void left(running, input, messageOf(error)),
    )
    try {
      await say({ kind: 'runs' })
      void listen(running, input)
      for await (const output of running.output) await say({ kind: 'output', output })
      input.isOver = true
      const code = await running.exitCode()
      await say({ kind: 'exit', code })
    } finally {
      const isOver = input.isOver
      input.isOver = true
      void stopLooking()
      if (!isOver) await running.kill()
    }
  }

  /** What comes for a command; when nothing can come any more, nobody waits for it. */
  async function listen(running: RunningCommand, input: Input): Promise<void> {
    try {
      for (;;) {
        const said = parseToCommand(await input.reader.frame(COMMAND_FRAME_BYTES_MAX + 1))
        input.isStuck = true
        if (said.kind === 'input') await running.write(said.bytes)
        else if (said.kind === 'end') running.endInput()
        else await running.resize(said.size)
        input.isStuck = false
      }
    } catch (error) {
      await left(running, input, messageOf(error))
    }
  }

  async function left(running: RunningCommand, input: Input, reason: string): Promise<void> {
    if (input.isOver) return
    deps.logger.debug('Nobody waits for a command any more', { reason })
    await running.kill()
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

/** One after the other: two who wait for room would mix what they write. */
function sayingOn(stream: NetStream): (said: FromCommand) => Promise<void> {
  let before = Promise.resolve()
  return (said) => {
    before = before.then(async () => {
      for (const frame of fromFrames(said)) await stream.write(frame)
    })
    return before
  }
}
